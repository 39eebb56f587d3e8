DROP TABLE denunciations.files;
