INSERT INTO books (title, author) VALUES
  ('The Salt Road', 'I. Marsh'),
  ('Bridges of the North', 'T. Okafor'),
  ('A Field Guide to Clouds', 'L. Brandt');
