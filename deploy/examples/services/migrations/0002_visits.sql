CREATE TABLE visits (
  number serial PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);
