import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../../../test/kit/folder.js';
import { facilitator } from './facilitator.js';

const NETWORK = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
let folder: TemporaryFolder;
let said: string[];

beforeEach(() => {
  folder = temporaryFolder();
  said = [];
  for (const way of ['log', 'error'] as const)
    jest.spyOn(console, way).mockImplementation((line: string) => said.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
  folder.remove();
});

const run = (port = 0) =>
  facilitator({ data: folder.path, rpc: 'http://127.0.0.1:9', network: NETWORK, port, host: '127.0.0.1' });

it('serves until it is told to end, and says who pays the fees', async () => {
  const running = run();
  while (said.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const url = /http:\S+\d/.exec(said[0]!)![0];
  const supported = (await (await fetch(`${url}/supported`)).json()) as { kinds: { network: string }[] };
  expect(supported.kinds.map(({ network }) => network)).toContain(NETWORK);
  process.emit('SIGTERM');
  expect(await running).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
  expect(said[1]).toMatch(/Fees are paid by [1-9A-HJ-NP-Za-km-z]{32,44}/);
});

it('says why it was not started', async () => {
  const first = run();
  while (said.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const port = Number(new URL(/http:\S+\d/.exec(said[0]!)![0]).port);
  expect(await run(port)).toBe(1);
  expect(said.at(-1)).toMatch(/not started: .*EADDRINUSE/);
  process.emit('SIGTERM');
  expect(await first).toBe(0);
});
