-- A calendar has changed: the deadlines of dossiers under way, computed anew under the new version by order of an
-- administrator. First all are looked at (a dry run), then, by a second order, those that become later are moved.
CREATE TABLE recomputations (
    id uuid PRIMARY KEY,
    version integer NOT NULL,
    status text NOT NULL CHECK (status IN ('looking', 'looked', 'carrying_out', 'done')),
    calendar_version text NOT NULL REFERENCES calendars (version),
    -- For the citizens whose dates move.
    reason text NOT NULL,
    ordered_by uuid NOT NULL REFERENCES staff (id),
    created_at timestamptz NOT NULL
);
CREATE INDEX recomputations_calendar ON recomputations (calendar_version);
CREATE INDEX recomputations_ordered_by ON recomputations (ordered_by);

-- How far the pass under way, or the last one, has come: it goes on from here after a crash.
CREATE TABLE recomputation_progress (
    recomputation_id uuid PRIMARY KEY REFERENCES recomputations (id),
    -- The last dossier that was looked at, in the order of agency and id.
    agency_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    examined integer NOT NULL,
    later integer NOT NULL,
    unchanged integer NOT NULL,
    earlier integer NOT NULL,
    not_computed integer NOT NULL
);
