DROP INDEX representations_ended;
