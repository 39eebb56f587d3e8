DROP FUNCTION account_is_needed(uuid);
DROP INDEX appointments_over;
DROP INDEX citizens_to_look_at;
