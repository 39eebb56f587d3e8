DROP FUNCTION take_case_code(text, uuid, integer);
DROP TABLE case_serials;
DROP TABLE case_files;
DROP TABLE case_dialogues;
DROP TABLE case_notes;
DROP TABLE case_answers;
DROP TABLE case_remarks;
DROP TABLE cases;
