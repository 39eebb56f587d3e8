-- The end of a procedure is published by a decision, too (NĐ 63/2010/NĐ-CP Art. 13 to 15).
ALTER TABLE procedures ADD COLUMN repeal jsonb;
