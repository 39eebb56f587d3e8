-- The agency above takes part in a denunciation that is late (Luật Tố cáo 25/2018/QH14 Art. 38) or whose denouncer goes on (Art. 37).
ALTER TABLE denunciations.denunciations
ADD COLUMN superior_agency_id uuid,
-- How far up the ladder what is owed has been shown.
ADD COLUMN escalation smallint NOT NULL DEFAULT 0;
ALTER TABLE denunciations.denunciations ADD CONSTRAINT denunciations_superior_agency_id_fkey
FOREIGN KEY (superior_agency_id) REFERENCES agencies (id) NOT VALID;
ALTER TABLE denunciations.denunciations ADD CONSTRAINT denunciations_escalation_check
CHECK (escalation BETWEEN 0 AND 10) NOT VALID;
-- squawk-ignore require-concurrent-index-creation -- the table is new, and small
CREATE INDEX denunciations_superior ON denunciations.denunciations (superior_agency_id, next_due_at, id);
-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE denunciations.messages DROP CONSTRAINT messages_part_check;
ALTER TABLE denunciations.messages ADD CONSTRAINT messages_part_check
CHECK (part IN ('remark', 'question', 'answer', 'denouncer')) NOT VALID;
