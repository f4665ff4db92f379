import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSigner } from '@solana/kit';
import { GuardedClient } from '../adapters/http/guarded-client.js';
import { X402Payer } from '../adapters/x402/payer.js';
import type { PaidCall } from '../ports/payments.js';
import { type EmbeddedChain, startChain } from './chain.js';

interface Ready {
  readonly registryUrl: string;
  readonly payTo: string;
}

const ENTRY = fileURLToPath(new URL('./services.process.ts', import.meta.url));
const TYPESCRIPT = new URL('../../test/kit/typescript.mjs', import.meta.url).href;

describe('the demo services as a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'services-'));
  const children: ChildProcess[] = [];
  let chain: EmbeddedChain;
  beforeAll(async () => {
    chain = await startChain({ dataDir: join(folder, 'chain') });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function launch(port: string): ChildProcess {
    const child = fork(ENTRY, [], {
      execArgv: ['--import', TYPESCRIPT],
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        SERVICES_DATA_DIR: join(folder, 'services'),
        SERVICES_PORT: port,
        SERVICES_FACILITATOR_URL: chain.facilitatorUrl,
        SERVICES_RPC_URL: chain.rpcUrl,
        SERVICES_NETWORK: chain.network,
        SERVICES_MINT: chain.mint,
      },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    children.push(child);
    return child;
  }

  async function start(port = '0'): Promise<{ child: ChildProcess; ready: Ready }> {
    const child = launch(port);
    const [message] = (await once(child, 'message')) as [{ ready: Ready }];
    return { child, ready: message.ready };
  }

  it('answers a paid request after SIGKILL as before, says when its port is taken, and ends with its parent', async () => {
    const first = await start();
    const { registryUrl, payTo } = first.ready;
    const signer = await generateKeyPairSigner();
    await chain.faucet(signer.address, 1_000_000n);
    const http = new GuardedClient({ allowedOrigins: [registryUrl] });
    const payer = new X402Payer({
      http,
      signer,
      rpcUrl: chain.rpcUrl,
      network: chain.network,
      mint: chain.mint,
    });
    const call: PaidCall = {
      method: 'POST',
      url: `${registryUrl}/svc/dataset-library`,
      body: { name: 'barley' },
      idempotencyKey: 'k',
    };
    const asked = await payer.quote(call);
    if (!('quote' in asked)) throw new Error('it asked for nothing');
    const payment = await payer.prepare(asked.quote, 'p');
    const before = await payer.submit(call, payment);
    expect(before.status).toBe(200);
    expect(await payer.find(payment, asked.quote)).toMatchObject({ signature: before.claimedSignature });

    const port = new URL(registryUrl).port;
    const [refused] = (await once(launch(port), 'message')) as [{ failed: { code: string } }];
    expect(refused.failed.code).toBe('PORT_IN_USE');

    const killed = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await killed;
    const second = await start(port);
    expect(second.ready).toMatchObject({ registryUrl, payTo });
    const after = await payer.submit(call, payment);
    expect([after.status, after.claimedSignature]).toEqual([200, before.claimedSignature]);
    expect(Buffer.from(after.body).equals(before.body)).toBe(true);

    const ended = once(second.child, 'exit');
    second.child.disconnect();
    expect((await ended)[0]).toBe(0);
  });
});
