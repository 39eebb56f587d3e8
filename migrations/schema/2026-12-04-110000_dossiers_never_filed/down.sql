DROP INDEX dossiers_never_filed;
