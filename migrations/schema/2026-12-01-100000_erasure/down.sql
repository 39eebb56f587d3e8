DROP INDEX assessment_files_content;
DROP INDEX attachments_content;
DROP INDEX case_files_content;
DROP TABLE leaving_files;
DROP INDEX cases_retention;
