-- Apart from the migration that adds it, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE denunciations.messages VALIDATE CONSTRAINT messages_part_check;
