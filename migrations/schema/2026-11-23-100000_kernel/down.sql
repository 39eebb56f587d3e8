DROP TABLE clock_rules, calendar_days, calendars, idempotency, timers, checkpoints, journal_head, journal, installation;
DROP SEQUENCE journal_position;
