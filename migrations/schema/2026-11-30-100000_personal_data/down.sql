DROP TABLE data_breaches;
DROP TABLE consent_events;
DROP TABLE consents;
