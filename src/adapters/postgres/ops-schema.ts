import { CALLS_OF_MEMBERS, CONNECTED_MEMBERS, LEASES } from './lease-schema.js';
import type { Schema } from './migrations.js';

/** What the runtime needs to keep working: rebuilt from events when lost, but for the answers and the data keys. */
const OPERATIONS = `
CREATE TABLE quittance_ops.checkpoints (
  subscriber text PRIMARY KEY,
  position text NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE quittance_ops.timers (
  id text COLLATE "C" PRIMARY KEY,
  due_at bigint NOT NULL,
  leased_until bigint NOT NULL,
  action json NOT NULL
);
CREATE INDEX timers_by_due_time ON quittance_ops.timers (due_at);

CREATE TABLE quittance_ops.idempotency_keys (
  principal text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  claimed_at bigint NOT NULL,
  answer json,
  PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_keys_by_age ON quittance_ops.idempotency_keys (claimed_at);

CREATE TABLE quittance_ops.data_keys (
  owner text PRIMARY KEY,
  wrapped json,
  destroyed_at timestamptz,
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
`;

/** Content-addressed bytes: attachments and large outputs cannot be made again, so they are kept with the truth. */
const ARTIFACTS = `
CREATE TABLE quittance_ops.artifacts (
  sha256 text PRIMARY KEY,
  bytes bytea NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE quittance_ops.artifacts ALTER COLUMN bytes SET STORAGE EXTERNAL;
`;

/** A cache: lost in a crash of the server, and made again from events. */
const SNAPSHOTS = `
CREATE UNLOGGED TABLE quittance_ops.snapshots (
  stream text COLLATE "C" NOT NULL,
  shape text NOT NULL,
  revision int NOT NULL,
  event_id text NOT NULL,
  state text NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream, shape)
);
CREATE INDEX snapshots_by_age ON quittance_ops.snapshots (saved_at);
`;

const CLAIMED_FIRST = `
ALTER TABLE quittance_ops.idempotency_keys ADD COLUMN since bigint;
UPDATE quittance_ops.idempotency_keys SET since = claimed_at;
ALTER TABLE quittance_ops.idempotency_keys ALTER COLUMN since SET NOT NULL;
`;

/** What was found when ledger and chain were compared, and what the next comparison goes on from. */
const RECONCILIATIONS = `
CREATE TABLE quittance_ops.reconciliations (
  number int PRIMARY KEY,
  report json NOT NULL,
  carried json NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now()
);
`;

export const OPS_SCHEMA: Schema = {
  name: 'quittance_ops',
  versions: [
    OPERATIONS,
    ARTIFACTS,
    SNAPSHOTS,
    LEASES,
    CLAIMED_FIRST,
    RECONCILIATIONS,
    CONNECTED_MEMBERS,
    CALLS_OF_MEMBERS,
  ],
};
