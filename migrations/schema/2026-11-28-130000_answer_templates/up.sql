-- Texts from which officers begin an answer, by kind and step: those of an agency serve all agencies below it, too.
CREATE TABLE answer_templates (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    kind text NOT NULL,
    action text NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    -- It is not offered any more.
    retired_at timestamptz
);
CREATE INDEX answer_templates_agency ON answer_templates (agency_id, id);
