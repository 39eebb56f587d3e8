-- When an account was last used, as far as that is noted; one that is still needed when it is looked at is put off to later. Apart
-- from its index, which takes longer than the lock of this should.
ALTER TABLE citizens ADD COLUMN looked_at timestamptz NOT NULL DEFAULT now();
