ALTER TABLE fee_orders DROP COLUMN pay_by;
