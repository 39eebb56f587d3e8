-- squawk-ignore-file require-concurrent-index-creation -- a second per million accounts, in which only first sign-ins wait
-- What was once needed and is no more: accounts that nobody uses and nothing hangs on, appointments that are over.

-- When it was last signed in with, or found to be needed. Accounts are looked at again some time after.
ALTER TABLE citizens ADD COLUMN looked_at timestamptz NOT NULL DEFAULT now();
-- Of an account that was erased the issuer is empty: nobody vouches for it.
CREATE INDEX citizens_to_look_at ON citizens (looked_at, id) WHERE issuer <> '';

CREATE INDEX appointments_over ON appointments (closed_at, id) WHERE closed_at IS NOT NULL AND phone <> '';

-- Whether something is kept under an account, of whatever domain, or somebody is signed in with it.
CREATE FUNCTION account_is_needed(account uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM sessions WHERE citizen_id = account)
        OR EXISTS (SELECT FROM cases WHERE sender_id = account)
        OR EXISTS (SELECT FROM dossiers WHERE applicant_id = account)
        OR EXISTS (SELECT FROM papers WHERE owner_id = account)
        OR EXISTS (SELECT FROM appointments WHERE citizen_id = account)
        OR EXISTS (SELECT FROM data_accesses WHERE citizen_id = account);
END
$$;
