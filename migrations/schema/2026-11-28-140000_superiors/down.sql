-- The older schema has no word for this part.
UPDATE denunciations.messages SET part = 'question' WHERE part = 'answer';
ALTER TABLE denunciations.messages DROP CONSTRAINT messages_part_check;
ALTER TABLE denunciations.messages ADD CONSTRAINT messages_part_check
CHECK (part IN ('remark', 'question', 'denouncer'));
DROP INDEX denunciations.denunciations_superior;
ALTER TABLE denunciations.denunciations DROP COLUMN escalation, DROP COLUMN superior_agency_id;
