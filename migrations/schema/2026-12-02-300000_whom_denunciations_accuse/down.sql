DROP INDEX staff_name;
REVOKE SELECT (id, agencies) ON staff FROM caunoi_denunciations;
