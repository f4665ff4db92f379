import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../../test/kit/folder.js';
import { gate } from '../../test/kit/gate.js';
import { PATIENCE_MS } from '../../test/kit/patience.js';
import { type ChildOptions, type RunningChild, startChild } from './child-process.js';
import { startLastingChild } from './lasting-child.js';
import { identify } from './process-identity.js';
import type { UnexpectedExit } from './server-process.js';
import { waitUntil } from './wait-until.js';

interface Ready {
  readonly url: string;
  readonly pid: number;
}

const ENTRY = pathToFileURL(join(import.meta.dirname, '../../test/kit/processes/child.mjs'));
const die = (url: string) => fetch(`${url}/die`).catch(() => undefined);

describe('a child process', () => {
  let folder: TemporaryFolder;
  let logFile: string;
  const running: RunningChild<Ready>[] = [];
  const start = async (env: Record<string, string> = {}, more: Partial<ChildOptions> = {}) => {
    const child = await startChild<Ready>({ part: 'The child', entry: ENTRY, env, logFile, ...more });
    running.push(child);
    return child;
  };

  beforeAll(() => {
    folder = temporaryFolder();
    logFile = join(folder.path, 'log', 'child.log');
  });
  afterEach(() => Promise.all(running.splice(0).map((child) => child.stop())));
  afterAll(() => folder.remove());

  it('serves, by its settings, once it has said that it is ready, and logs into its file', async () => {
    const { ready, pid } = await start({ CHILD_NAME: 'of the spec' });
    expect(await (await fetch(ready.url)).text()).toBe(String(pid));
    expect(readFileSync(logFile, 'utf8')).toContain('child of the spec begins');
  });

  it('ends when it is told to, and that is no news', async () => {
    const ends: UnexpectedExit[] = [];
    const child = await start({}, { onUnexpectedExit: (exit) => ends.push(exit) });
    await Promise.all([child.stop(), child.stop()]);
    expect(identify(child.pid)).toBeUndefined();
    expect(ends).toEqual([]);
  });

  it('is killed when it does not listen', async () => {
    const child = await start({ CHILD_FAULT: 'deaf' }, { graceMs: 20 });
    await child.stop();
    expect(identify(child.pid)).toBeUndefined();
  });

  it('that ends before it is ready is refused with its last words', async () => {
    await expect(start({ CHILD_FAULT: 'exit' })).rejects.toMatchObject({
      code: 'PART_FAILED',
      figures: { part: 'The child', exit: 'exit code 3', log: expect.stringContaining('the disk is full') },
    });
  });

  it('that refuses is refused with its own code', async () => {
    await expect(start({ CHILD_FAULT: 'refusal' })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  });

  it('that never becomes ready is refused in time, and ended', async () => {
    await expect(start({ CHILD_FAULT: 'silent' }, { readyMs: 300 })).rejects.toMatchObject({
      code: 'PART_FAILED',
      figures: { exit: 'not ready within 300 ms' },
    });
  });

  it('that dies is reported', async () => {
    const end = gate<UnexpectedExit>();
    const { ready } = await start({}, { onUnexpectedExit: end.open });
    await die(ready.url);
    expect(await end.opened).toMatchObject({ part: 'The child', exit: 'exit code 9' });
  });

  it('does not outlive a parent that was killed', async () => {
    const script = `
      import { fork } from 'node:child_process';
      const child = fork(${JSON.stringify(ENTRY.pathname)}, [], { execArgv: [], detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      child.on('message', ({ ready }) => console.log(ready.pid));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
    parent.kill('SIGKILL');
    const ended = await waitUntil(() => (identify(Number(pid)) ? undefined : true), PATIENCE_MS);
    expect(ended).toBe(true);
  });

  it('that should last is started again on the address it had', async () => {
    const again = gate<UnexpectedExit>();
    const child = await startLastingChild<Ready>({
      part: 'The child',
      entry: ENTRY,
      logFile,
      env: (before) => ({ CHILD_PORT: before ? new URL(before.url).port : '0' }),
      onRestart: again.open,
    });
    running.push(child);
    const before = child.pid;
    await die(child.ready.url);
    expect(await again.opened).toMatchObject({ exit: 'exit code 9' });
    expect(child.pid).not.toBe(before);
    expect(await (await fetch(child.ready.url)).text()).toBe(String(child.pid));
  });

  it('that dies again and again is given up', async () => {
    let restarts = 0;
    const givenUp = gate<UnexpectedExit>();
    const child = await startLastingChild<Ready>({
      part: 'The child',
      entry: ENTRY,
      logFile,
      env: (before) => ({ CHILD_PORT: before ? new URL(before.url).port : '0' }),
      onRestart: () => {
        restarts++;
        void die(child.ready.url);
      },
      onGivenUp: givenUp.open,
    });
    running.push(child);
    await die(child.ready.url);
    expect(await givenUp.opened).toMatchObject({ exit: 'exit code 9' });
    expect(restarts).toBe(3);
  });
});
