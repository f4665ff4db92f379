import type { Schema } from './migrations.js';

/** Channel on which every committed batch says the position it reached. */
export const EVENTS_CHANNEL = 'quittance_events';

/** How `append` receives an expected revision: a revision, or one of these. */
export const EXPECT_ANY = -2;
export const EXPECT_NONE = -1;

/** stands between two rows of a column that is sent as one text; no JSON text holds it raw, nor a line feed */
export const ROWS = '\f';

/** The first two versions kept a row an event. */
const EVENTS = `
CREATE TABLE quittance_events.events (
  position bigint PRIMARY KEY,
  stream text NOT NULL COLLATE "C",
  revision int NOT NULL,
  id uuid NOT NULL UNIQUE,
  type text NOT NULL,
  data json NOT NULL,
  metadata json NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (stream, revision)
);

CREATE FUNCTION quittance_events.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'events are immutable';
END $$;

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON quittance_events.events
  FOR EACH STATEMENT EXECUTE FUNCTION quittance_events.refuse_change();
`;

const APPEND = `
CREATE FUNCTION quittance_events.append(
  streams text, expected int[], sizes int[], first_ids text,
  owners int[], ids text, types text, data text, metadata text
) RETURNS TABLE (accepted boolean, revision int, "position" bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  base bigint;
  reached bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('append quittance_events', 0));
  SELECT coalesce(max(e.position), 0) INTO base FROM quittance_events.events e;
  RETURN QUERY
  WITH wanted AS MATERIALIZED (
    SELECT w.ordinal, w.stream, w.expected, w.size,
      coalesce((SELECT e.revision FROM quittance_events.events e
                WHERE e.stream = w.stream ORDER BY e.revision DESC LIMIT 1), -1) AS actual,
      (SELECT true FROM quittance_events.events e WHERE e.id = w.first_id::uuid) AS stands,
      sum(w.size) OVER (ORDER BY w.ordinal) - w.size AS before
    FROM unnest(string_to_array(streams, E'\\n'), append.expected, sizes, string_to_array(first_ids, E'\\n'))
      WITH ORDINALITY AS w (stream, expected, size, first_id, ordinal)
  ), judged AS MATERIALIZED (
    SELECT w.*, w.stands IS NULL AND w.expected IN (${EXPECT_ANY}, w.actual) AS accepted FROM wanted w
  ), inserted AS (
    INSERT INTO quittance_events.events (position, stream, revision, id, type, data, metadata)
    SELECT base + row_number() OVER (ORDER BY p.nth), j.stream, j.actual + p.nth - j.before,
      p.id::uuid, p.type, p.data::json, p.metadata::json
    FROM judged j JOIN unnest(
        owners, string_to_array(ids, E'\\n'), string_to_array(types, E'\\n'),
        string_to_array(append.data, E'\\n'), string_to_array(append.metadata, E'\\n')
      ) WITH ORDINALITY AS p (owner, id, type, data, metadata, nth) ON p.owner = j.ordinal
    WHERE j.accepted
  )
  SELECT j.accepted, CASE WHEN j.accepted THEN j.actual + j.size ELSE j.actual END,
    (base + sum(CASE WHEN j.accepted THEN j.size ELSE 0 END) OVER (ORDER BY j.ordinal))::bigint
  FROM judged j ORDER BY j.ordinal;
  SELECT coalesce(max(e.position), 0) INTO reached FROM quittance_events.events e;
  IF reached > base THEN
    PERFORM pg_notify('${EVENTS_CHANNEL}', reached::text);
  END IF;
END $$;
`;

/** Postgres would compress and cut up whatever is longer than 2 KB, which costs more than the bytes it saves. */
const ROWS_AS_THEY_ARE = 'ALTER TABLE quittance_events.events SET (toast_tuple_target = 8160)';

/**
 * A row holds what one append brought, or as much of it as fills a page, each column as lines: an index entry, a tuple
 * header and a line of metadata for every event cost more than the events. A line of metadata that is empty is the one
 * before it. Content is text, which Postgres need not read; `events` shows it as JSON, a row an event, to operators.
 *
 * Of ids only those are kept apart with which an append, or a command in it, begins: whoever sends something again
 * begins with the same one, and the others are made of it.
 */
const LOG = `
CREATE TABLE quittance_events.log (
  position bigint PRIMARY KEY, -- of its last event
  stream text NOT NULL COLLATE "C",
  revision int NOT NULL, -- of its last event
  size int NOT NULL CHECK (size > 0), -- events in it
  ids text NOT NULL,
  types text NOT NULL,
  data text NOT NULL,
  metadata text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (stream, revision)
) WITH (toast_tuple_target = 8160);

CREATE TABLE quittance_events.beginnings (id uuid PRIMARY KEY, position bigint NOT NULL);

INSERT INTO quittance_events.log
  SELECT position, stream, revision, 1, id::text, type, data::text, metadata::text, recorded_at
  FROM quittance_events.events ORDER BY position;
INSERT INTO quittance_events.beginnings SELECT id, position FROM quittance_events.events;
DROP FUNCTION quittance_events.append(text, int[], int[], text, int[], text, text, text, text);
DROP TABLE quittance_events.events;

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON quittance_events.log
  FOR EACH STATEMENT EXECUTE FUNCTION quittance_events.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON quittance_events.beginnings
  FOR EACH STATEMENT EXECUTE FUNCTION quittance_events.refuse_change();

CREATE VIEW quittance_events.events AS
SELECT l.position - l.size + e.nth AS position, l.stream, (l.revision - l.size + e.nth)::int AS revision, e.id::uuid AS id,
  e.type, e.data::json AS data, (string_to_array(l.metadata, E'\\n'))[e.told]::json AS metadata, l.recorded_at
FROM quittance_events.log l CROSS JOIN LATERAL (
  SELECT line.*, max(CASE WHEN line.metadata <> '' THEN line.nth END) OVER (ORDER BY line.nth) AS told
  FROM unnest(
    string_to_array(l.ids, E'\\n'), string_to_array(l.types, E'\\n'),
    string_to_array(l.data, E'\\n'), string_to_array(l.metadata, E'\\n')
  ) WITH ORDINALITY AS line (id, type, data, metadata, nth)
) e;
`;

/**
 * Positions are taken under an advisory lock that is held until the commit, and one statement appends a whole
 * batch. So positions have no gaps and stand in the order of commits: a reader that has seen position n has seen
 * everything before it, and no reader ever waits for a long transaction of somebody else, as it would if it had
 * to stay below pg_snapshot_xmin. Measured, two processes that write at once reach together what one reaches alone:
 * the lock is not what limits them.
 *
 * Many appends in one transaction, each judged by itself. Per append: stream, expected revision, number of events
 * and first event id; per row: the ordinal of its append, how many of the append's events it ends with and how many it
 * holds, and its columns; per id that is kept apart: the ordinal of its append, and which of its events it is.
 * Texts come as one each, because splitting is far cheaper than parsing array literals.
 * A refused append (accepted = false) comes back with the revision its stream stands at.
 * The scalar sub-selects and the two settings keep the plan on the indexes, however small the table is when the
 * plan is made.
 */
const APPEND_ROWS = `
CREATE FUNCTION quittance_events.append(
  streams text, expected int[], sizes int[], first_ids text,
  owners int[], throughs int[], row_sizes int[], ids text, types text, data text, metadata text,
  beginners int[], nths int[], beginnings text
) RETURNS TABLE (accepted boolean, revision int, "position" bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  base bigint;
  reached bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('append quittance_events', 0));
  SELECT coalesce(max(l.position), 0) INTO base FROM quittance_events.log l;
  RETURN QUERY
  WITH wanted AS MATERIALIZED (
    SELECT w.ordinal, w.stream, w.expected, w.size,
      coalesce((SELECT l.revision FROM quittance_events.log l
                WHERE l.stream = w.stream ORDER BY l.revision DESC LIMIT 1), -1) AS actual,
      (SELECT true FROM quittance_events.beginnings b WHERE b.id = w.first_id::uuid) AS stands
    FROM unnest(string_to_array(streams, E'\\n'), append.expected, sizes, string_to_array(first_ids, E'\\n'))
      WITH ORDINALITY AS w (stream, expected, size, first_id, ordinal)
  ), judged AS MATERIALIZED (
    SELECT w.*, w.stands IS NULL AND w.expected IN (${EXPECT_ANY}, w.actual) AS accepted FROM wanted w
  ), placed AS MATERIALIZED (
    SELECT j.*, base + sum(CASE WHEN j.accepted THEN j.size ELSE 0 END) OVER (ORDER BY j.ordinal) AS reaches
    FROM judged j
  ), inserted AS (
    INSERT INTO quittance_events.log (position, stream, revision, size, ids, types, data, metadata)
    SELECT p.reaches - p.size + r.through, p.stream, p.actual + r.through, r.size, r.ids, r.types, r.data, r.metadata
    FROM placed p JOIN unnest(
        owners, throughs, row_sizes, string_to_array(append.ids, E'\\f'), string_to_array(append.types, E'\\f'),
        string_to_array(append.data, E'\\f'), string_to_array(append.metadata, E'\\f')
      ) AS r (owner, through, size, ids, types, data, metadata) ON r.owner = p.ordinal
    WHERE p.accepted
  ), begun AS (
    INSERT INTO quittance_events.beginnings (id, position)
    SELECT b.id::uuid, p.reaches - p.size + b.nth
    FROM placed p JOIN unnest(beginners, nths, string_to_array(append.beginnings, E'\\n')) AS b (owner, nth, id)
      ON b.owner = p.ordinal
    WHERE p.accepted
  )
  SELECT p.accepted, CASE WHEN p.accepted THEN p.actual + p.size ELSE p.actual END, p.reaches::bigint
  FROM placed p ORDER BY p.ordinal;
  SELECT coalesce(max(l.position), 0) INTO reached FROM quittance_events.log l;
  IF reached > base THEN
    PERFORM pg_notify('${EVENTS_CHANNEL}', reached::text);
  END IF;
END $$;
`;

export const EVENT_SCHEMA: Schema = {
  name: 'quittance_events',
  versions: [EVENTS + APPEND, ROWS_AS_THEY_ARE, LOG + APPEND_ROWS],
};
