-- LKN Art. 28, 33, 37, 44: in remote areas the limits of complaints are longer.
ALTER TABLE agencies ADD COLUMN remote_area boolean NOT NULL DEFAULT false;
