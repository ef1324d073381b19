-- Which of several processes does what a server does by itself. Moments are milliseconds of the database's clock.
CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL);
