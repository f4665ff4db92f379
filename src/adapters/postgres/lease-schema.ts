/**
 * Who may work on what. Checkpoints carry the epoch they were claimed under: a save under a lower one is refused.
 * One checkpoint of a saga becomes one for each of its sixteen parts, all where it stood.
 */
export const LEASES = `
CREATE TABLE quittance_ops.members (
  instance text PRIMARY KEY,
  life text NOT NULL,
  pools text[] NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  until timestamptz NOT NULL
);

CREATE TABLE quittance_ops.leases (
  resource text COLLATE "C" PRIMARY KEY,
  holder text,
  life text,
  epoch bigint NOT NULL,
  until timestamptz NOT NULL
);

ALTER TABLE quittance_ops.checkpoints
  ALTER COLUMN position DROP NOT NULL,
  ALTER COLUMN subscriber TYPE text COLLATE "C",
  ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
ALTER TABLE quittance_ops.checkpoints SET (fillfactor = 50);

INSERT INTO quittance_ops.checkpoints (subscriber, position, saved_at)
  SELECT subscriber || '/' || part, position, saved_at
  FROM quittance_ops.checkpoints, generate_series(0, 15) AS part
  WHERE subscriber LIKE 'saga/%' AND subscriber NOT LIKE 'saga/%/%';
DELETE FROM quittance_ops.checkpoints WHERE subscriber LIKE 'saga/%' AND subscriber NOT LIKE 'saga/%/%';
`;

/** The process of the server that serves the connection by which a member is there; null: it did not say. */
export const CONNECTED_MEMBERS = `
ALTER TABLE quittance_ops.members ADD COLUMN backend int, ADD COLUMN backend_start timestamptz;
`;

/** The member that is at a call; null: it did not say. */
export const CALLS_OF_MEMBERS = `
ALTER TABLE quittance_ops.idempotency_keys ADD COLUMN life text;
`;
