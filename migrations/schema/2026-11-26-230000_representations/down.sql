DROP VIEW represented_dossiers;
DROP TABLE dossier_organisations;
DROP VIEW acting_for;
DROP INDEX citizens_identity_number;
DROP TABLE representations;
DROP TABLE organisations;
