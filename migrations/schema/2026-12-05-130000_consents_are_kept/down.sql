GRANT DELETE ON consent_events TO caunoi_app;
