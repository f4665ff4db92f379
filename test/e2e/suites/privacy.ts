import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type Installed, logsOf } from '../../kit/installation.js';
import { Client, type WorkflowDoc } from '../kit/client.js';
import { NOBODY_ELSE, SECRET_WORDS, TAKINGS } from '../kit/files.js';

/** Every row of every table, as text; bytes as hex. */
async function databaseText(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts.push(...rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

const filesText = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

/** A word as itself, as hex, and as base64 at each of the three places it may stand in a group. */
function disguises(word: string): string[] {
  const inBase64 = [0, 1, 2].map((offset) =>
    Buffer.from('x'.repeat(offset) + word)
      .toString('base64')
      .slice(offset + 2, -4),
  );
  return [word, word.toLowerCase(), Buffer.from(word).toString('hex'), ...inBase64];
}

const found = (text: string): string[] =>
  SECRET_WORDS.filter((word) => disguises(word).some((disguise) => text.includes(disguise)));

export const privacy = (installed: () => Installed) =>
  describe('what a user wrote', () => {
    let client: Client;
    let done: WorkflowDoc;

    beforeAll(async () => {
      client = Client.of(installed());
      await client.funded(1n);
      done = await client.run({
        input: `Show statistics of the takings in my file for ${NOBODY_ELSE}`,
        files: [TAKINGS],
        metadata: { project: NOBODY_ELSE },
      });
      // a failure quotes nothing either
      await client.closed(
        await client
          .begin({
            plan: { steps: [{ key: 'a', kind: 'data_transform', input: `$error("${NOBODY_ELSE}")` }] },
          })
          .then(({ id }) => id),
      );
    });

    it('is there for its owner', async () => {
      const read = await client.workflow(done.id);
      expect(JSON.stringify(read)).toContain(NOBODY_ELSE);
      expect(read!.files[0]!.name).toBe(TAKINGS.name);
      expect(JSON.stringify(await client.result(done.id))).toContain('wanderlust');
    });

    it('stands in no table in the clear', async () => {
      const text = await databaseText(installed().databaseUrl);
      expect(text).toContain(done.id);
      expect(found(text)).toEqual([]);
    });

    it('stands nowhere on the disk of NATS', () => {
      const text = filesText(join(installed().dataDir, 'nats'));
      expect(text).toContain(done.id);
      expect(found(text)).toEqual([]);
    });

    it('stands nowhere on the chain', () => {
      const text = filesText(join(installed().dataDir, 'chain'));
      expect(text).toContain(done.payments[0]!.signature);
      expect(found(text)).toEqual([]);
    });

    it('stands in no log', () => {
      const text = logsOf(installed().dataDir) + installed().output();
      expect(text).not.toBe('');
      expect(found(text)).toEqual([]);
    });
  });
