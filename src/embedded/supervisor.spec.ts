import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../../test/kit/folder.js';
import { gate } from '../../test/kit/gate.js';
import { readRuntime } from './data-folder.js';
import { identify } from './process-identity.js';
import type { UnexpectedExit } from './server-process.js';
import { type PartReport, type Stack, type StackOptions, startStack } from './supervisor.js';

const entry = (name: string) => pathToFileURL(join(import.meta.dirname, '../../test/kit/processes', name));
const ENTRIES = { chain: entry('chain.mjs'), services: entry('services.mjs') };

describe('the embedded stack', () => {
  let folder: TemporaryFolder;
  const running: Stack[] = [];
  const start = async (more: StackOptions = {}) => {
    const stack = await startStack({ dataDir: folder.path, env: {}, entries: ENTRIES, ...more });
    running.push(stack);
    return stack;
  };

  beforeAll(() => {
    folder = temporaryFolder();
  });
  afterEach(() => Promise.all(running.splice(0).map((stack) => stack.stop())));
  afterAll(() => folder.remove());

  it('starts its four parts, says how long each took, and comes back on the same addresses', async () => {
    const reports: PartReport[] = [];
    const first = await start({ onReady: (report) => reports.push(report) });
    expect(reports.map(({ part }) => part).sort()).toEqual(['chain', 'nats', 'postgres', 'services']);
    for (const { startedInMs } of reports) expect(startedInMs).toBeGreaterThan(0);
    expect(await (await fetch(first.chain.rpcUrl)).text()).toBe('chain');
    expect(await (await fetch(first.registryUrl)).json()).toEqual({
      SERVICES_FACILITATOR_URL: first.chain.facilitatorUrl,
      SERVICES_NETWORK: 'solana:test',
      SERVICES_MINT: 'Mint',
    });
    first.folder.publishRuntime({ api: 'http://127.0.0.1:1' });
    await Promise.all([first.stop(), first.stop()]);
    expect(reports.map(({ pid }) => identify(pid!))).toEqual([undefined, undefined, undefined, undefined]);
    expect(readRuntime(folder.path)).toBeUndefined();

    const second = await start();
    const addresses = ({ databaseUrl, natsUrl, chain, registryUrl }: Stack) => [
      databaseUrl,
      natsUrl,
      chain,
      registryUrl,
    ];
    expect(addresses(second)).toEqual(addresses(first));
  });

  it('uses what the environment gives and starts only the rest', async () => {
    const stack = await start({
      env: {
        DATABASE_URL: 'postgres://db.example/quittance',
        NATS_URL: 'nats://nats.example:4222',
        SOLANA_RPC_URL: 'https://rpc.example',
        FACILITATOR_URL: 'https://facilitator.example',
        SOLANA_NETWORK: 'solana:mainnet',
        USDC_MINT: 'RealMint',
      },
    });
    expect(stack).toMatchObject({
      databaseUrl: 'postgres://db.example/quittance',
      natsUrl: 'nats://nats.example:4222',
      chain: { rpcUrl: 'https://rpc.example', wsUrl: 'wss://rpc.example', mint: 'RealMint' },
    });
    expect(stack.parts.filter(({ pid }) => pid !== undefined).map(({ part }) => part)).toEqual(['services']);
    expect(await (await fetch(stack.registryUrl)).json()).toMatchObject({
      SERVICES_FACILITATOR_URL: 'https://facilitator.example',
      SERVICES_MINT: 'RealMint',
    });
  });

  it('refuses half a chain before anything is started', async () => {
    await expect(start({ env: { SOLANA_RPC_URL: 'https://rpc.example' } })).rejects.toMatchObject({
      code: 'CHAIN_INCOMPLETE',
      figures: { missing: ['FACILITATOR_URL', 'SOLANA_NETWORK', 'USDC_MINT'] },
    });
  });

  it('refuses a second start on the same folder', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      figures: { pid: process.pid },
    });
  });

  it('stops what it started when one part cannot start, and says why', async () => {
    const reports: PartReport[] = [];
    await expect(
      start({
        entries: { ...ENTRIES, services: entry('missing.mjs') },
        onReady: (report) => reports.push(report),
      }),
    ).rejects.toMatchObject({ code: 'PART_FAILED', figures: { part: 'The demo services' } });
    expect(reports.map(({ part }) => part).sort()).toEqual(['chain', 'nats', 'postgres']);
    expect(reports.map(({ pid }) => identify(pid!))).toEqual([undefined, undefined, undefined]);
    expect(existsSync(join(folder.path, 'lock.json'))).toBe(false);
  });

  it('leaves nothing behind when the start is given up', async () => {
    const abort = new AbortController();
    const reports: PartReport[] = [];
    const onReady = (report: PartReport) => {
      reports.push(report);
      abort.abort(new Error('Ctrl-C'));
    };
    await expect(start({ signal: abort.signal, onReady })).rejects.toThrow('Ctrl-C');
    expect(reports.map(({ pid }) => identify(pid!)).filter(Boolean)).toEqual([]);
    expect(existsSync(join(folder.path, 'lock.json'))).toBe(false);
  });

  it('starts a dead child again, and calls the loss of a database fatal', async () => {
    const [again, fatal] = [gate<UnexpectedExit>(), gate<UnexpectedExit>()];
    const stack = await start({ onRestart: again.open, onFatal: fatal.open });
    await fetch(`${stack.chain.rpcUrl}/die`).catch(() => undefined);
    expect(await again.opened).toMatchObject({ part: 'The chain' });
    expect(await (await fetch(stack.chain.rpcUrl)).text()).toBe('chain');

    process.kill(stack.parts.find(({ part }) => part === 'postgres')!.pid!, 'SIGKILL');
    expect(await fatal.opened).toMatchObject({ part: 'Postgres', exit: 'SIGKILL' });
  });
});
