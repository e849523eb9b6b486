CREATE TABLE books (
  title text PRIMARY KEY,
  author text NOT NULL
);
