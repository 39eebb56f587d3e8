DROP TABLE earlier_forms;
