-- Of a duty: by when it is to be paid, as its notice says.
ALTER TABLE fee_orders ADD COLUMN pay_by date;
