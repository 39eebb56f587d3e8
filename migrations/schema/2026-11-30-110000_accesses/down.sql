DROP TABLE data_accesses;
