-- May run again with every commit.
CREATE TABLE IF NOT EXISTS orders (
  number serial PRIMARY KEY,
  what text NOT NULL UNIQUE,
  baked timestamptz
);
INSERT INTO orders (what) VALUES ('Rye bread'), ('Poppy seed roll'), ('Plum cake')
  ON CONFLICT (what) DO NOTHING;
