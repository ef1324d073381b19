-- Which of several processes does what a server does by itself. Moments are milliseconds of the database's clock.
CREATE TABLE IF NOT EXISTS lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL);

-- Whose screens follow the feed at which process, while several serve the database.
CREATE TABLE IF NOT EXISTS screen_roll (
  process TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  until BIGINT NOT NULL,
  PRIMARY KEY (process, agent_id)
);
