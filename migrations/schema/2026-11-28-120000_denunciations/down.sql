REVOKE SELECT, INSERT ON idempotency FROM caunoi_denunciations;
REVOKE SELECT, INSERT, UPDATE, DELETE ON timers FROM caunoi_denunciations;
REVOKE USAGE ON ALL SEQUENCES IN SCHEMA public FROM caunoi_denunciations;
REVOKE SELECT, INSERT ON journal FROM caunoi_denunciations;
DROP SCHEMA denunciations CASCADE;
