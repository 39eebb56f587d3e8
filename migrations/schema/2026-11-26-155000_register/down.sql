DROP TRIGGER entered_in_register ON dossiers;
DROP FUNCTION enter_in_register;
DROP TABLE register_entries, register_serials;
