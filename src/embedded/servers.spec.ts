import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import pg from 'pg';
import { type TemporaryFolder, temporaryFolder } from '../../test/kit/folder.js';
import { gate } from '../../test/kit/gate.js';
import { connectNats } from '../adapters/nats/connection.js';
import { startNats } from './nats.js';
import { natsBinary } from './nats-binary.js';
import { startPostgres } from './postgres.js';
import { identify } from './process-identity.js';
import type { RunningPart, UnexpectedExit } from './server-process.js';

const ask = async (url: string, sql: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows[0];
  } finally {
    await client.end();
  }
};

const PASSWORD = 'p@ss word/of:many kinds';

describe('embedded servers', () => {
  let folder: TemporaryFolder;
  const running: RunningPart[] = [];
  const keep = <P extends RunningPart>(part: P): P => {
    running.push(part);
    return part;
  };
  const postgres = (more = {}) =>
    startPostgres({ dataDir: join(folder.path, 'postgres'), password: PASSWORD, fsync: false, ...more }).then(
      keep,
    );
  const nats = (more = {}) =>
    startNats({ dataDir: join(folder.path, 'nats'), password: PASSWORD, ...more }).then(keep);

  beforeAll(() => {
    folder = temporaryFolder();
    chmodSync(folder.path, 0o755);
  });
  afterEach(() => Promise.all(running.splice(0).map((part) => part.stop())));
  afterAll(() => folder.remove());

  it('keep what was written across a restart, and let nobody in without the password', async () => {
    const first = await Promise.all([postgres(), nats()]);
    await ask(first[0].url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const before = await connectNats(first[1].url);
    await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    await before.close();
    await Promise.all(first.map((part) => part.stop()));
    expect(first.map(({ pid }) => identify(pid))).toEqual([undefined, undefined]);

    const [database, queue] = await Promise.all([postgres(), nats()]);
    expect(await ask(database.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    await expect(ask(database.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({
      code: '28P01',
    });
    const after = await connectNats(queue.url);
    expect((await (await jetstreamManager(after)).streams.info('KEPT')).config.subjects).toEqual(['kept']);
    await after.close();
    await expect(connectNats(queue.url.replace(/:[^:@]+@/, ':wrong@'))).rejects.toMatchObject({
      code: 'NATS_UNREACHABLE',
    });
  });

  it('are durable unless told otherwise', async () => {
    const { url } = await postgres({ fsync: true });
    const sql = `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`;
    expect(await ask(url, sql)).toEqual({ fsync: 'on', commit: 'on' });
  });

  it('let programs of this machine ask Postgres by a socket, under the same password', async () => {
    const { url, localUrl } = await postgres();
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect(decodeURIComponent(new URL(localUrl).hostname)).toBe(join(folder.path, 'postgres/cluster'));
    expect(await ask(localUrl, 'SELECT inet_server_addr() AS address')).toEqual({ address: null });
    await expect(ask(localUrl.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({
      code: '28P01',
    });
  });

  it('have no socket in a folder whose name is too long for one', async () => {
    const { url, localUrl } = await postgres({ dataDir: join(folder.path, 'long'.repeat(30)) });
    expect(localUrl).toBe(url);
    expect(await ask(localUrl, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  it('refuse a folder that a living process uses, and name it', async () => {
    await Promise.all([postgres(), nats()]);
    const refusal = { code: 'DATA_FOLDER_IN_USE', figures: { pid: process.pid } };
    await expect(postgres()).rejects.toMatchObject(refusal);
    await expect(nats()).rejects.toMatchObject(refusal);
  });

  it('refuse a port that another program listens on, and start on it once it is free', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(postgres({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE', figures: { port } });
    await expect(nats({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE', figures: { port } });
    server.close();
    await once(server, 'close');
    expect(new URL((await postgres({ port })).url).port).toBe(String(port));
  });

  it('report an end that nobody asked for, with the last words of the log', async () => {
    const ends = [gate<UnexpectedExit>(), gate<UnexpectedExit>()] as const;
    const [database, queue] = await Promise.all([
      postgres({ onUnexpectedExit: ends[0].open }),
      nats({ onUnexpectedExit: ends[1].open }),
    ]);
    process.kill(database.pid, 'SIGQUIT');
    process.kill(queue.pid, 'SIGKILL');
    expect(await ends[0].opened).toMatchObject({
      part: 'Postgres',
      log: expect.stringContaining('shutdown'),
    });
    expect(await ends[1].opened).toMatchObject({ part: 'NATS', exit: 'SIGKILL' });
  });

  it('say nothing of an end that was asked for, however often', async () => {
    const ends: UnexpectedExit[] = [];
    const part = await nats({ onUnexpectedExit: (exit: UnexpectedExit) => ends.push(exit) });
    await Promise.all([part.stop(), part.stop()]);
    expect(ends).toEqual([]);
  });

  it('that outlived a killed starter are ended by the next start, which takes over their ports', async () => {
    const root = join(import.meta.dirname, '../..');
    const starter = spawn(
      process.execPath,
      [
        '--import',
        join(root, 'test/kit/typescript.mjs'),
        join(root, 'test/kit/processes/servers.ts'),
        join(folder.path, 'orphans'),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: root, env: { ...process.env, NODE_OPTIONS: '' } },
    );
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const orphans = JSON.parse(line.toString()) as [RunningPart, RunningPart];
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    const alive = () => orphans.map(({ pid }) => identify(pid));
    expect(alive()).toEqual([expect.anything(), expect.anything()]);

    const [database, queue] = orphans.map(({ url }) => Number(new URL(url).port));
    await Promise.all([
      postgres({ dataDir: join(folder.path, 'orphans/postgres'), password: undefined, port: database }),
      nats({ dataDir: join(folder.path, 'orphans/nats'), port: queue }),
    ]);
    expect(alive()).toEqual([undefined, undefined]);
  });

  it('wait for processes that a killed Postgres left behind', async () => {
    const { url, pid, stop } = await postgres();
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const [left] = rows as [{ pid: number }];
    // as slow to notice it as on a machine without time for it
    process.kill(left.pid, 'SIGSTOP');
    process.kill(pid, 'SIGKILL');
    await stop();
    const starting = postgres();
    setTimeout(() => process.kill(left.pid, 'SIGCONT'), 700);
    const next = await starting;
    expect(await ask(next.url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    const sockets = readdirSync(join(folder.path, 'postgres/cluster')).filter((name) =>
      name.startsWith('.s'),
    );
    const name = `.s.PGSQL.${new URL(next.url).port}`;
    expect(sockets.sort()).toEqual([name, `${name}.lock`]);
  });

  it('start in a folder whose parents only root may enter', async () => {
    const secret = join(folder.path, 'private');
    mkdirSync(secret, { mode: 0o700 });
    const { url, localUrl } = await postgres({ dataDir: join(secret, 'postgres') });
    expect(await ask(url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    expect(await ask(localUrl, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  it('start over after a first start that was cut short', async () => {
    const half = join(folder.path, 'half');
    mkdirSync(join(half, 'cluster', 'base'), { recursive: true });
    const { url } = await postgres({ dataDir: half });
    expect(await ask(url, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  it('say why they could not start', async () => {
    const { stop } = await postgres();
    await stop();
    const file = join(folder.path, 'postgres/cluster/postgresql.conf');
    const good = readFileSync(file, 'utf8');
    appendFileSync(file, '\nno_such_setting = 1\n');
    await expect(postgres()).rejects.toMatchObject({
      code: 'PART_FAILED',
      message: expect.stringContaining('no_such_setting'),
    });
    writeFileSync(file, good);
  });

  it('take the NATS server that NATS_SERVER_BIN names, and refuse one that cannot be run', async () => {
    expect(await natsBinary({ NATS_SERVER_BIN: process.execPath })).toBe(process.execPath);
    await expect(natsBinary({ NATS_SERVER_BIN: '/no/such/server' })).rejects.toMatchObject({
      code: 'NATS_UNAVAILABLE',
      figures: { path: '/no/such/server' },
    });
  });
});
