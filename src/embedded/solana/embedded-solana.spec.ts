import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Address,
  appendTransactionMessageInstructions,
  type Base64EncodedWireTransaction,
  createSolanaRpc,
  createSolanaRpcSubscriptions,
  createTransactionMessage,
  generateKeyPairSigner,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  type KeyPairSigner,
  pipe,
  type Signature,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { tokenAccountOf } from '../../adapters/solana/token-account.js';
import { EmbeddedSolana } from './embedded-solana.js';
import { DEVNET_USDC, MEMO_PROGRAM } from './well-known.js';

const SOL = 1_000_000_000n;
const clock = { ms: 1_700_000_000_000 };

let folder: string;
let dataDir: string;
let solana: EmbeddedSolana;
let rpc: ReturnType<typeof createSolanaRpc>;
let wallet: KeyPairSigner;

const open = async (): Promise<void> => {
  solana = await EmbeddedSolana.start({ dataDir, now: () => clock.ms });
  rpc = createSolanaRpc(solana.rpcUrl);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'solana-'));
  dataDir = join(folder, 'chain');
  await open();
  wallet = await generateKeyPairSigner();
  await solana.faucet.sol(wallet.address, SOL);
});
afterAll(async () => {
  await solana.close();
  rmSync(folder, { recursive: true });
});

/** A transaction that only says something. */
async function saying(text: string, lifetime?: { blockhash: string; lastValidBlockHeight: bigint }) {
  const latest = lifetime ?? (await rpc.getLatestBlockhash({ commitment: 'confirmed' }).send()).value;
  const memo = { programAddress: MEMO_PROGRAM, accounts: [], data: new TextEncoder().encode(text) };
  const signed = await pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageFeePayerSigner(wallet, message),
    (message) => setTransactionMessageLifetimeUsingBlockhash(latest as never, message),
    (message) => appendTransactionMessageInstructions([memo], message),
    (message) => signTransactionMessageWithSigners(message),
  );
  return { wire: getBase64EncodedWireTransaction(signed), signature: getSignatureFromTransaction(signed) };
}

const send = (wire: Base64EncodedWireTransaction, skipPreflight = false): Promise<Signature> =>
  rpc.sendTransaction(wire, { encoding: 'base64', skipPreflight }).send();
const statusOf = async (signature: Signature) =>
  (await rpc.getSignatureStatuses([signature]).send()).value[0];
const balance = async (address: Address = wallet.address) => (await rpc.getBalance(address).send()).value;

const call = async (body: unknown, contentType = 'application/json') => {
  const response = await fetch(solana.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json()) as { error?: { code: number; message: string } },
  };
};
const errorOf = async (method: string, params: unknown) =>
  (await call({ jsonrpc: '2.0', id: 1, method, params })).body.error;

describe('a transaction', () => {
  it('is confirmed when it is answered, and final eight slots later', async () => {
    const { wire, signature } = await saying('hello');
    expect(await send(wire)).toBe(signature);
    expect(await statusOf(signature)).toMatchObject({ confirmationStatus: 'confirmed', err: null });
    const options = { commitment: 'finalized', maxSupportedTransactionVersion: 0, encoding: 'json' } as const;
    expect(await rpc.getTransaction(signature, options).send()).toBeNull();
    solana.skipSlots(8);
    expect(await statusOf(signature)).toMatchObject({ confirmationStatus: 'finalized', confirmations: null });
    expect(await rpc.getTransaction(signature, options).send()).toMatchObject({
      meta: { fee: 5_000n, err: null },
    });
  });

  it('sent again runs once and costs once', async () => {
    const { wire, signature } = await saying('once');
    await send(wire);
    const after = await balance();
    expect(await send(wire, true)).toBe(signature);
    expect(await errorOf('sendTransaction', [wire, { encoding: 'base64' }])).toMatchObject({
      data: { err: 'AlreadyProcessed' },
    });
    expect(await balance()).toBe(after);
  });

  it('with an expired blockhash is refused, or dropped without a word when nobody checks before', async () => {
    const { wire, signature } = await saying('late');
    solana.skipSlots(151);
    expect(await errorOf('sendTransaction', [wire, { encoding: 'base64' }])).toMatchObject({
      code: -32002,
      data: { err: 'BlockhashNotFound' },
    });
    expect(await send(wire, true)).toBe(signature);
    expect(await statusOf(signature)).toBeNull();
  });

  it('in its last valid slot still runs', async () => {
    const { wire, signature } = await saying('just in time');
    solana.skipSlots(150);
    await send(wire);
    expect(await statusOf(signature)).not.toBeNull();
  });

  it('with a made-up blockhash is not run', async () => {
    const blockhash = 'GfVcyD4kkTrj4bKc7WA9sZCin9JDbdT4Zkd3EittNR1W';
    const { wire, signature } = await saying('invented', { blockhash, lastValidBlockHeight: 10n ** 9n });
    expect(await send(wire, true)).toBe(signature);
    expect(await statusOf(signature)).toBeNull();
  });

  it('whose signature is wrong is refused', async () => {
    const { wire } = await saying('forged');
    const bytes = Buffer.from(wire, 'base64');
    bytes[10]! ^= 1;
    const forged = bytes.toString('base64') as Base64EncodedWireTransaction;
    await expect(send(forged, true)).rejects.toThrow(/signature/i);
    await expect(send(forged)).rejects.toThrow(/signature|simulation/i);
  });

  it('of more than 1,232 bytes is refused', async () => {
    const { wire } = await saying('x'.repeat(1_200));
    await expect(send(wire)).rejects.toThrow(/too large/);
  });

  it.each([
    ['nothing', ''],
    ['too little', 'AAAA'],
    ['zeros', Buffer.alloc(500).toString('base64')],
    ['ones, of which the first could be one', Buffer.alloc(500, 1).toString('base64')],
  ])('that is none is refused: %s', async (_, wire) => {
    expect(await errorOf('sendTransaction', [wire, { encoding: 'base64' }])).toMatchObject({ code: -32602 });
  });

  it('is found by every account it names, newest first, between two signatures', async () => {
    const signatures: Signature[] = [];
    for (const text of ['a', 'b', 'c', 'd']) signatures.push(await send((await saying(text)).wire));
    const [a, b, c, d] = signatures;
    const found = async (options: object) =>
      (await rpc.getSignaturesForAddress(wallet.address, { commitment: 'confirmed', ...options }).send()).map(
        ({ signature, memo }) => [signature, memo],
      );
    expect(await found({ limit: 2 })).toEqual([
      [d, '[1] d'],
      [c, '[1] c'],
    ]);
    expect(await found({ before: d, until: a })).toEqual([
      [c, '[1] c'],
      [b, '[1] b'],
    ]);
    expect(await found({ before: 'unknown' })).toEqual([]);
  });
});

describe('simulating', () => {
  it('changes nothing', async () => {
    const { wire, signature } = await saying('only asking');
    const before = await balance();
    const { value } = await rpc.simulateTransaction(wire, { encoding: 'base64', sigVerify: true }).send();
    expect(value).toMatchObject({
      err: null,
      logs: expect.arrayContaining([expect.stringContaining('Memo')]),
    });
    expect([await balance(), await statusOf(signature)]).toEqual([before, null]);
  });
});

describe('the faucets', () => {
  it('mint USDC into the owner’s own token account, each gift a transaction', async () => {
    const { address } = await generateKeyPairSigner();
    const [one, two] = [await solana.faucet.usdc(address, 5n), await solana.faucet.usdc(address, 5n)];
    expect(one).not.toBe(two);
    const account = await tokenAccountOf(address, DEVNET_USDC);
    expect((await rpc.getTokenAccountBalance(account).send()).value).toMatchObject({
      amount: '10',
      decimals: 6,
      uiAmountString: '0.00001',
    });
  });

  it.each([
    ['of nothing', ['requestTokenAirdrop', '0']],
    ['of a fraction', ['requestTokenAirdrop', '1.5']],
    ['of too much', ['requestTokenAirdrop', '9'.repeat(18)]],
  ])('refuse a gift %s', async (_, [method, amount]) => {
    expect(await errorOf(method!, [wallet.address, amount])).toMatchObject({ code: -32602 });
  });

  it('refuse a gift to no address, and too much SOL', async () => {
    expect(await errorOf('requestTokenAirdrop', ['0'.repeat(44), '5'])).toMatchObject({ code: -32602 });
    expect(await errorOf('requestAirdrop', [wallet.address, 10 ** 13])).toMatchObject({ code: -32602 });
  });
});

describe('subscriptions', () => {
  it('tell of a signature and of slots', async () => {
    const subscriptions = createSolanaRpcSubscriptions(solana.wsUrl as 'ws://x');
    const abort = new AbortController();
    const options = { abortSignal: abort.signal };
    const { wire, signature } = await saying('announced');
    const [told, slots] = await Promise.all([
      subscriptions.signatureNotifications(signature, { commitment: 'finalized' }).subscribe(options),
      subscriptions.slotNotifications().subscribe(options),
    ]);
    await send(wire);
    const final = told[Symbol.asyncIterator]().next();
    const next = slots[Symbol.asyncIterator]().next();
    solana.skipSlots(8);
    expect((await final).value).toMatchObject({ value: { err: null } });
    expect((await next).value).toMatchObject({ slot: expect.any(BigInt) });
    abort.abort();
  });
});

describe('a call is refused', () => {
  it.each([
    ['of an unknown method', 'getNothing', [], -32601],
    ['without an address', 'getBalance', [], -32602],
    ['with a malformed address', 'getBalance', ['abc'], -32602],
    ['with an unknown commitment', 'getSlot', [{ commitment: 'sure' }], -32602],
    [
      'for more signatures than are given at once',
      'getSignaturesForAddress',
      [DEVNET_USDC, { limit: 1001 }],
      -32602,
    ],
    ['for the balance of what is no token account', 'getTokenAccountBalance', [DEVNET_USDC], -32602],
    ['with parameters by name', 'getBalance', { address: DEVNET_USDC }, -32602],
  ])('%s', async (_, method, params, code) => {
    expect(await errorOf(method, params)).toMatchObject({ code });
  });

  it('that is no JSON, or a batch of none', async () => {
    expect((await call('{')).body).toMatchObject({ error: { code: -32700 } });
    expect((await call([])).body).toMatchObject({ error: { code: -32600 } });
  });

  it('posted as text, as a web page could', async () => {
    expect((await call('{}', 'text/plain')).status).toBe(415);
  });
});

describe('closed and opened again', () => {
  const everything = async () => ({
    signatures: await rpc.getSignaturesForAddress(wallet.address, { commitment: 'confirmed' }).send(),
    lamports: await balance(),
    mint: (await rpc.getAccountInfo(DEVNET_USDC, { encoding: 'base64' }).send()).value,
  });

  it('has all that was, from the snapshot and from the journal alone', async () => {
    await send((await saying('before')).wire);
    const before = await everything();
    await solana.close();
    await open();
    expect(await everything()).toEqual(before);
    await solana.close();
    for (const damage of ['{"offset":', '{"offset":99999999999,"slot":1,"accounts":[],"index":[]}']) {
      writeFileSync(join(dataDir, 'snapshot.json'), damage);
      await open();
      expect(await everything()).toEqual(before);
      await solana.close();
    }
    await open();
  });

  it('runs nothing a second time', async () => {
    const { wire } = await saying('before the end');
    await send(wire);
    await solana.close();
    await open();
    const after = await balance();
    await send(wire, true);
    expect(await balance()).toBe(after);
  });

  it('takes a transaction signed before, if its blockhash is recent', async () => {
    const { wire, signature } = await saying('across the end');
    await solana.close();
    await open();
    await send(wire);
    expect(await statusOf(signature)).toMatchObject({ err: null });
  });

  it('but not in a folder from a newer version', async () => {
    await solana.close();
    const path = join(dataDir, 'chain.json');
    const identity = readFileSync(path, 'utf8');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(identity), version: 2 }));
    await expect(open()).rejects.toMatchObject({
      code: 'DATA_FOLDER_NEWER',
      figures: { found: 2, supported: 1 },
    });
    writeFileSync(path, identity);
    await open();
  });
});
