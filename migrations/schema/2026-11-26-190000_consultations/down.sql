DROP TABLE corrections;
DROP TABLE consultations;
DROP TABLE dossier_agencies;
