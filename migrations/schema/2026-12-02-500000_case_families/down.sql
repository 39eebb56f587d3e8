DROP INDEX cases_unsent;
DROP FUNCTION case_family(uuid);
