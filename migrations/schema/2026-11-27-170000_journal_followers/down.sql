DROP TABLE journal_followers;
