-- When somebody else last let a member of staff in: hired, let in again, gave roles or a code for a password. Nothing where only the operator did.
ALTER TABLE staff ADD COLUMN let_in_at timestamptz;
