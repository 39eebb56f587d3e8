DROP FUNCTION take_dossier_code;
DROP TABLE dossier_serials, remarks, attachments, dossiers, procedures;
