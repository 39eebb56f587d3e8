-- What an applicant has to pay, and what was paid (NĐ 61/2018 Art. 22). Orders and payments are parts of their dossier:
-- whatever changes them makes a new version of it.
CREATE TABLE fee_orders (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    -- A fee of the procedure, or a duty that another office has assessed.
    kind text NOT NULL CHECK (kind IN ('fee', 'duty')),
    lines jsonb NOT NULL,
    -- In đồng.
    amount bigint NOT NULL CHECK (amount > 0),
    status text NOT NULL CHECK (status IN ('open', 'paid', 'cancelled', 'refunded')),
    -- Of a duty: the notice by which it was assessed.
    document text,
    ordered_at timestamptz NOT NULL,
    settled_at timestamptz,
    CHECK ((status = 'open') = (settled_at IS NULL)),
    CHECK ((kind = 'duty') = (document IS NOT NULL))
);
CREATE INDEX fee_orders_dossier ON fee_orders (dossier_id, ordered_at);
CREATE INDEX fee_orders_open ON fee_orders (dossier_id) WHERE settled_at IS NULL;

CREATE TABLE payments (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers (id),
    order_id uuid NOT NULL REFERENCES fee_orders (id),
    method text NOT NULL CHECK (method IN ('gateway', 'cash', 'bank_transfer', 'postal')),
    -- The number under which whoever took the money knows it.
    transaction text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    -- Whether it settles its order: what does not, goes back.
    applied boolean NOT NULL,
    status text NOT NULL CHECK (status IN ('kept', 'refunding', 'refunded', 'refund_failed')),
    paid_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    -- What the gateway has said, as it said it, with its signature.
    statement jsonb,
    refund_transaction text,
    refund_statement jsonb,
    refunded_at timestamptz,
    CHECK ((method = 'gateway') = (statement IS NOT NULL)),
    CHECK ((status = 'refunded') = (refunded_at IS NOT NULL))
);
CREATE INDEX payments_dossier ON payments (dossier_id);
CREATE INDEX payments_order ON payments (order_id);
-- The same money is told of more than once, and counts once.
CREATE UNIQUE INDEX payments_once ON payments (transaction) WHERE method = 'gateway';

-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE dossiers DROP CONSTRAINT dossiers_status_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_status_check CHECK (status IN (
    'draft', 'submitted', 'intake_supplement', 'rejected', 'accepted', 'transferred', 'processing', 'verifying',
    'consulting', 'supplement_requested', 'awaiting_payment', 'awaiting_approval', 'withdrawal_requested',
    'result_ready', 'returned', 'withdrawn', 'stopped'
)) NOT VALID;
-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
ALTER TABLE dossiers DROP CONSTRAINT dossiers_state_before_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_state_before_check CHECK (state_before IN (
    'accepted', 'transferred', 'processing', 'verifying', 'consulting', 'supplement_requested', 'awaiting_payment',
    'awaiting_approval'
)) NOT VALID;
