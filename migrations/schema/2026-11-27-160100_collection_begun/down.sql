DROP INDEX consultations_waited;
DROP INDEX dossier_agencies_waiting;
DELETE FROM timers WHERE kind = 'collect';
