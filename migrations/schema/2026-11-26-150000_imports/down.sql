DROP TABLE external_events;
DROP TABLE external_dossiers;
DROP TABLE import_progress;
DROP TABLE imports;
