DROP TABLE recomputation_progress;
DROP TABLE recomputations;
