-- The older schema has no word for this part; as a remark nobody outside reads it.
UPDATE denunciations.messages SET part = 'remark' WHERE part = 'notice';
ALTER TABLE denunciations.messages DROP CONSTRAINT messages_part_check;
ALTER TABLE denunciations.messages ADD CONSTRAINT messages_part_check
CHECK (part IN ('remark', 'question', 'answer', 'denouncer'));
