-- squawk-ignore-file require-concurrent-index-creation -- representations are few, and made by hand
-- Those that have ended and still name somebody: of one that was erased the number is empty.
CREATE INDEX representations_ended ON representations (
    least(revoked_at, (valid_to + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh')
) WHERE representative_number <> '';
