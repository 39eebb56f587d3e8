-- Apart from the migration that adds them, so that nobody is kept waiting while old rows are looked at.
ALTER TABLE denunciations.denunciations VALIDATE CONSTRAINT denunciations_superior_agency_id_fkey;
ALTER TABLE denunciations.denunciations VALIDATE CONSTRAINT denunciations_escalation_check;
ALTER TABLE denunciations.messages VALIDATE CONSTRAINT messages_part_check;
