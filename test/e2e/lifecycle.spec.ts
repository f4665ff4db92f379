import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';
import {
  type Installed,
  interruptStart,
  lives,
  processesOn,
  startInstalled,
  tryInstalled,
} from '../kit/installation.js';
import { onceEach, paymentsOf } from './kit/chain.js';
import { Client, until } from './kit/client.js';
import { statistics } from './kit/plans.js';

/** what a user who pressed Ctrl-C is promised; where a start takes longer, more */
const END_MS = 10_000;

/** An installation with its usual limits, from its first start to its end. */
describe('an installation', () => {
  let folder: TemporaryFolder;
  let installed: Installed;
  let client: Client;
  let startMs: number;

  const start = async () => {
    const began = performance.now();
    installed = await startInstalled(folder.path, { RATE_LIMIT_PER_MIN: '' });
    startMs = performance.now() - began;
    client = Client.of(installed);
  };

  beforeAll(async () => {
    folder = temporaryFolder();
    await start();
    await client.known(`escrow-${client.account.userId}`);
    expect((await client.balance()).available).toBeGreaterThan(0n);
  });

  afterAll(async () => {
    await installed?.stop();
    folder.remove();
  });

  /** Resumes a run whenever it is paused, until it is not. */
  const resumed = async (id: string) => {
    while ((await client.resultWithin(id, 5_000)).status === 'paused')
      await client.post(`/workflows/${id}/resume`);
  };
  const pidOf = (part: string): number => installed.parts.find((one) => one.part === part)!.pid!;

  it.each(['services', 'chain'])('outlives the death of its %s in the middle of a run', async (part) => {
    const planned = await client.begin({ ...statistics(), onExhausted: 'pause' });
    const before = installed.restarted.length;
    process.kill(pidOf(part), 'SIGKILL');
    await until(async () => (installed.restarted.length > before ? true : undefined));
    // on a slow machine the attempts of a step may be used up before the part is back
    await resumed(planned.id);
    expect(await client.ended(planned.id)).toMatchObject({ status: 'completed', error: null });
    expect(await paymentsOf(installed, client, planned)).toEqual(onceEach(planned));
  });

  it('is refused to a second process on the same folder', async () => {
    const second = await tryInstalled(folder.path);
    expect(second).toMatchObject({ code: 'DATA_FOLDER_IN_USE', figures: { pid: installed.pid } });
    expect((await fetch(`${client.url}/health/live`)).status).toBe(200);
  });

  it('ends on Ctrl-C in the middle of a run within ten seconds, leaves no process, and goes on later', async () => {
    const { apiKey } = client.account;
    const planned = await client.begin(statistics());
    const pids = installed.pids();
    expect(pids.length).toBeGreaterThan(4);
    const began = performance.now();
    expect(await installed.interrupt()).toBe(0);
    expect(performance.now() - began).toBeLessThan(Math.max(END_MS, 2 * startMs));
    await until(async () => (pids.some(lives) ? undefined : true));
    await start();
    expect(client.account.apiKey).toBe(apiKey);
    expect(await client.ended(planned.id)).toMatchObject({ status: 'completed', error: null });
    expect(await paymentsOf(installed, client, planned)).toEqual(onceEach(planned));
  });

  it('takes a hundred calls a minute from one user, and says when to come again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 105 }, () => client.get('/workflows/history?limit=1')),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    const { body, headers } = refused[0]!;
    expect(body.code).toBe('RATE_LIMITED');
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(body.details).toEqual({ retryAfterSeconds: seconds });
    const other = new Client(client.url, await installed.addUser('user_patient'));
    expect((await other.get('/workflows/history')).status).toBe(200);
  });
});

describe('a start', () => {
  let folder: TemporaryFolder;

  beforeAll(() => {
    folder = temporaryFolder();
  });

  afterAll(() => folder.remove());

  it('that is interrupted ends, and leaves nothing running', async () => {
    await interruptStart(folder.path);
    await until(async () => (processesOn(folder.path).length === 0 ? true : undefined));
  });

  describe('on a port that is taken, after one that was interrupted', () => {
    let taken: Server;

    beforeAll(async () => {
      taken = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => taken.once('listening', resolve));
    });

    afterAll(() => void taken.close());

    it('says which, and leaves nothing running', async () => {
      const { port } = taken.address() as AddressInfo;
      const refused = await tryInstalled(folder.path, { PORT: String(port) });
      expect(refused).toMatchObject({ code: 'PORT_IN_USE', figures: { port } });
      expect(processesOn(folder.path)).toEqual([]);
    });
  });

  it('on a folder of a newer version is refused, and nothing in it is touched', async () => {
    const newer = join(folder.path, 'newer');
    const files = { format: '2\n', 'settings.json': '{"written": "by a later version"}' };
    mkdirSync(newer);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(newer, name), text);
    const refused = await tryInstalled(newer);
    expect(refused).toMatchObject({ code: 'DATA_FOLDER_NEWER', figures: { found: 2, known: 1 } });
    const left = readdirSync(newer).map((name) => [name, readFileSync(join(newer, name), 'utf8')]);
    expect(Object.fromEntries(left)).toEqual(files);
  });
});
