import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSolanaRpc, generateKeyPairSigner, type Signature } from '@solana/kit';
import { tokenAccountOf } from '../adapters/solana/token-account.js';

interface Ready {
  readonly rpcUrl: string;
  readonly facilitatorUrl: string;
  readonly mint: string;
}

const ENTRY = fileURLToPath(new URL('./chain.process.ts', import.meta.url));
const TYPESCRIPT = new URL('../../test/kit/typescript.mjs', import.meta.url).href;

let dataDir: string;
let children: ChildProcess[] = [];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-'));
  dataDir = folder;
});
afterEach(async () => {
  await Promise.all(children.map((child) => kill(child, 'SIGKILL')));
  children = [];
  rmSync(folder, { recursive: true });
});

async function start(
  port = 0,
): Promise<{ child: ChildProcess; ready: Ready; failed?: { code: string; message: string } }> {
  const child = fork(ENTRY, [], {
    execArgv: ['--import', TYPESCRIPT],
    env: { ...process.env, NODE_OPTIONS: '', CHAIN_DATA_DIR: dataDir, CHAIN_RPC_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  children.push(child);
  const [message] = (await once(child, 'message')) as [
    { ready: Ready; failed?: { code: string; message: string } },
  ];
  return { child, ...message };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  return (await exited)[0] as number | null;
}

async function give(rpcUrl: string, owner: string, micros: number): Promise<string> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'requestTokenAirdrop',
      params: [owner, `${micros}`],
    }),
  });
  return ((await response.json()) as { result: string }).result;
}

async function ledgerOf({ rpcUrl, mint }: Ready, owner: string) {
  const rpc = createSolanaRpc(rpcUrl);
  const account = await tokenAccountOf(owner, mint);
  const signatures = await rpc.getSignaturesForAddress(account, { commitment: 'confirmed' }).send();
  const { value } = await rpc.getTokenAccountBalance(account).send();
  return { signatures, balance: BigInt(value.amount) };
}

describe('the chain in a process of its own', () => {
  it('killed under load and started again has all it answered for, and none half', async () => {
    const { address: owner } = await generateKeyPairSigner();
    const first = await start();
    const answered: string[] = [];
    const senders = Array.from({ length: 8 }, async () => {
      for (;;) answered.push(await give(first.ready.rpcUrl, owner, 7));
    });
    const stopped = Promise.allSettled(senders);
    while (answered.length < 60) await new Promise(setImmediate);
    await kill(first.child, 'SIGKILL');
    await stopped;

    appendFileSync(join(dataDir, 'journal.jsonl'), '{"transaction":{"slot":1'); // the line it was writing
    const second = await start(Number(new URL(first.ready.rpcUrl).port));
    expect(second.ready).toMatchObject({ rpcUrl: first.ready.rpcUrl, mint: first.ready.mint });
    const { signatures, balance } = await ledgerOf(second.ready, owner);
    expect(signatures.map(({ signature }) => signature as string)).toEqual(expect.arrayContaining(answered));
    expect(balance).toBe(7n * BigInt(signatures.length));
    expect(signatures.every(({ memo }) => memo?.startsWith('[23] faucet '))).toBe(true);
    const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0, encoding: 'json' } as const;
    const oldest = createSolanaRpc(second.ready.rpcUrl).getTransaction(answered[0] as Signature, options);
    expect((await oldest.send())?.transaction.signatures[0]).toBe(answered[0]);

    await give(second.ready.rpcUrl, owner, 1);
    expect(await kill(second.child, 'SIGTERM')).toBe(0);
    const third = await start();
    expect((await ledgerOf(third.ready, owner)).balance).toBe(balance + 1n);
    third.child.disconnect(); // its parent is gone
    expect((await once(third.child, 'exit'))[0]).toBe(0);
  });

  it('keeps its keys for its owner only, and says why it cannot start', async () => {
    const { ready } = await start();
    for (const name of ['mint-authority.json', 'facilitator.json'])
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
    dataDir = join(dataDir, 'another');
    const second = await start(Number(new URL(ready.rpcUrl).port));
    expect(second.failed).toMatchObject({
      code: 'CHAIN_NOT_STARTED',
      message: expect.stringContaining('EADDRINUSE'),
    });
  });
});
