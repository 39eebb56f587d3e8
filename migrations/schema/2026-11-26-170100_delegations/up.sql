-- Who stands in for whom, in what, and for how long.
CREATE TABLE delegations (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    agency_id uuid NOT NULL REFERENCES agencies (id),
    delegator_id uuid NOT NULL REFERENCES staff (id),
    delegate_id uuid NOT NULL REFERENCES staff (id),
    -- Null: whatever the delegator may.
    permissions text [],
    -- Number and date of the paper it rests on.
    document text NOT NULL,
    valid_from date NOT NULL,
    -- The last day.
    valid_to date NOT NULL,
    made_by_id uuid NOT NULL REFERENCES staff (id),
    made_at timestamptz NOT NULL,
    revoked_by_id uuid REFERENCES staff (id),
    revoked_at timestamptz,
    CHECK (valid_to >= valid_from),
    CHECK (delegator_id <> delegate_id)
);
CREATE INDEX delegations_agency ON delegations (agency_id, id);
CREATE INDEX delegations_delegator ON delegations (delegator_id, id);
CREATE INDEX delegations_delegate ON delegations (delegate_id, id);
CREATE INDEX delegations_made_by ON delegations (made_by_id);
CREATE INDEX delegations_revoked_by ON delegations (revoked_by_id);

-- Under which of them something was done; null where somebody did it in their own right.
ALTER TABLE journal ADD COLUMN delegation_id uuid;
