DROP FUNCTION take_ticket_number (uuid, date);
DROP TABLE ticket_serials;
DROP TABLE tickets;
