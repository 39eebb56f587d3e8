-- squawk-ignore-file require-concurrent-index-creation -- a second per million rows, in which sign-ins and bookings wait
-- What was once needed and is no more: accounts that nobody uses and nothing hangs on, appointments that are over.

-- Of an account that was erased the issuer is empty: nobody vouches for it.
CREATE INDEX citizens_to_look_at ON citizens (looked_at, id) WHERE issuer <> '';

CREATE INDEX appointments_over ON appointments (closed_at, id) WHERE closed_at IS NOT NULL AND phone <> '';

-- Whether something is kept under an account, of whatever domain, it has agreed to something, somebody may act for it, or is
-- signed in with it or about to be.
CREATE FUNCTION account_is_needed(account uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM sessions WHERE citizen_id = account)
        OR EXISTS (SELECT FROM authorizations WHERE citizen_id = account)
        OR EXISTS (SELECT FROM cases WHERE sender_id = account)
        OR EXISTS (SELECT FROM dossiers WHERE applicant_id = account)
        OR EXISTS (SELECT FROM papers WHERE owner_id = account)
        OR EXISTS (SELECT FROM appointments WHERE citizen_id = account)
        OR EXISTS (SELECT FROM consents WHERE citizen_id = account AND given)
        OR EXISTS (SELECT FROM data_accesses WHERE citizen_id = account)
        OR EXISTS (
            SELECT FROM citizens
            JOIN representations ON representations.principal_number = citizens.identity_number
            WHERE citizens.id = account AND representations.revoked_at IS NULL
                AND coalesce(representations.valid_to, current_date) >= current_date
        );
END
$$;
