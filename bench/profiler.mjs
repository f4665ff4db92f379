/**
 * Loaded into a program before it starts: SIGUSR2 begins a CPU profile and a count of the statements it sends to
 * Postgres, the next one writes both to PROFILE_FILE.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import pg from 'pg';

const session = new Session();
session.connect();
const post = (method) =>
  new Promise((resolve, reject) =>
    session.post(method, (error, result) => (error ? reject(error) : resolve(result))),
  );

const statements = new Map();
let under = false;

/** Adapters send objects of their own too, which name their statement in another way or not at all. */
const textOf = (asked) => {
  const text = typeof asked === 'string' ? asked : (asked.text ?? asked.name ?? asked.constructor.name);
  return String(text).replace(/\s+/g, ' ').trim().slice(0, 110);
};

const { query } = pg.Client.prototype;
pg.Client.prototype.query = function counted(asked, ...rest) {
  if (under) {
    const text = textOf(asked);
    statements.set(text, (statements.get(text) ?? 0) + 1);
  }
  return query.call(this, asked, ...rest);
};

process.on('SIGUSR2', async () => {
  under = !under;
  if (under) {
    statements.clear();
    await post('Profiler.enable');
    return post('Profiler.start');
  }
  const { profile } = await post('Profiler.stop');
  const { PROFILE_FILE } = process.env;
  writeFileSync(`${PROFILE_FILE}.part`, JSON.stringify({ ...profile, statements: Object.fromEntries(statements) }));
  renameSync(`${PROFILE_FILE}.part`, PROFILE_FILE);
});
