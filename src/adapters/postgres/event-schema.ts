import type { Schema } from './migrations.js';

/** Channel on which every committed batch says the position it reached. */
export const EVENTS_CHANNEL = 'quittance_events';

/** How `append` receives an expected revision: a revision, or one of these. */
export const EXPECT_ANY = -2;
export const EXPECT_NONE = -1;

/**
 * Positions are taken under an advisory lock that is held until the commit, and one statement appends a whole
 * batch. So positions have no gaps and stand in the order of commits: a reader that has seen position n has seen
 * everything before it, and no reader ever waits for a long transaction of somebody else, as it would if it had
 * to stay below pg_snapshot_xmin. Measured, two processes that write at once reach together what one reaches alone:
 * the lock is not what limits them.
 *
 * Content is `json`, not `jsonb`: the text is kept as it was written (jsonb refuses \u0000 and reorders keys), and
 * operators can still ask for data->>'x'. Measured, the two cost the same CPU, on writing and on reading.
 */
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

/**
 * Many appends in one transaction, each judged by itself. Per append: stream, expected revision, number of events
 * and first event id; per event: the ordinal of its append, and its columns. Texts come as lines, because JSON
 * text never holds a raw line feed and splitting lines is far cheaper than parsing array literals.
 * A refused append (accepted = false) comes back with the revision its stream stands at.
 * The scalar sub-selects and the two settings keep the plan on the indexes, however small the table is when the
 * plan is made.
 */
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

export const EVENT_SCHEMA: Schema = {
  name: 'quittance_events',
  versions: [EVENTS + APPEND, ROWS_AS_THEY_ARE],
};
