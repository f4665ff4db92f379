import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  AccountRole,
  address,
  createNoopSigner,
  createSolanaRpc,
  generateKeyPairSigner,
  type Instruction,
  type KeyPairSigner,
} from '@solana/kit';
import { getCreateAssociatedTokenIdempotentInstruction } from '@solana-program/token';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { requestTestFunds } from '../../src/adapters/solana/test-funds.js';
import { tokenAccountOf } from '../../src/adapters/solana/token-account.js';
import { Facilitator } from '../../src/embedded/facilitator/facilitator.js';
import { ResourceBook } from '../../src/embedded/facilitator/resource-book.js';
import { type Settlement, SettlementBook } from '../../src/embedded/facilitator/settlement-book.js';
import { parseMicros } from '../../src/kernel/money.js';
import { computeLimit, computePrice, handMade, memo, transfer } from '../kit/hand-made.js';
import { type LossyRpc, lossyRpc } from '../kit/lossy-rpc.js';
import { type MoneyWorld, moneyWorld, PRICE } from '../kit/money.js';

let world: MoneyWorld;
let requirements: PaymentRequirements;
let feePayer: string;

beforeEach(async () => {
  world = await moneyWorld();
  requirements = world.service.offers[0] as unknown as PaymentRequirements;
  feePayer = String(requirements.extra['feePayer']);
});
afterEach(() => world.close());

const received = async (): Promise<bigint> => (await world.balanceOf(world.provider.address)) - 1n;

const ask = async (route: string, body: unknown, contentType = 'application/json') => {
  const response = await fetch(world.chain.facilitatorUrl + route, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const settle = async (payload: PaymentPayload, asked = requirements) =>
  (await ask('/settle', { x402Version: 2, paymentPayload: payload, paymentRequirements: asked })).body;
const verify = async (payload: PaymentPayload, asked = requirements) =>
  (await ask('/verify', { x402Version: 2, paymentPayload: payload, paymentRequirements: asked })).body;

async function payloadOf(...instructions: Instruction[]): Promise<PaymentPayload> {
  const transaction = await handMade(world.chain.rpcUrl, feePayer, instructions);
  return { x402Version: 2, payload: { transaction }, accepted: requirements };
}

const pay = (amount = PRICE) => transfer(world.chain.mint, world.escrow, world.provider.address, amount);
const honest = async () => payloadOf(computeLimit(20_000), computePrice(1n), await pay(), memo('m'));

describe('settling', () => {
  it('moves the money, and asked again answers the same and moves nothing', async () => {
    const payload = await honest();
    const first = await settle(payload);
    expect(first).toMatchObject({ success: true, payer: world.escrow.address });
    expect(await settle(payload)).toEqual({ ...first, extra: { repeated: true } });
    expect(await received()).toBe(PRICE);
  });

  it('ten times at once moves the money once, and all are told the same signature', async () => {
    const payload = await honest();
    const answers = await Promise.all(Array.from({ length: 10 }, () => settle(payload)));
    expect(new Set(answers.map(({ transaction }) => transaction)).size).toBe(1);
    expect(answers.every(({ success }) => success)).toBe(true);
    expect(answers.filter((answer) => !answer['extra'])).toHaveLength(1);
    expect(await received()).toBe(PRICE);
  });

  it('a settled payment stays valid for what it paid', async () => {
    const payload = await honest();
    const { transaction } = await settle(payload);
    expect(await verify(payload)).toMatchObject({ isValid: true, extra: { settled: transaction } });
  });

  it('a settled payment buys nothing else', async () => {
    const payload = await honest();
    await settle(payload);
    const dearer = { ...requirements, amount: '20000' };
    expect(await settle(payload, dearer)).toMatchObject({
      success: false,
      errorReason: 'duplicate_settlement',
      transaction: '',
    });
    expect(await verify(payload, dearer)).toMatchObject({ isValid: false });
  });

  it('the same payment under other requirements at the same moment is refused', async () => {
    const payload = await honest();
    const [first, second] = await Promise.all([
      settle(payload),
      settle(payload, { ...requirements, maxTimeoutSeconds: 61 }),
    ]);
    expect([first?.['success'], second?.['success']].sort()).toEqual([false, true]);
    expect(await received()).toBe(PRICE);
  });
});

describe('hostile transactions are not signed, and cost the fee payer nothing', () => {
  const cases: [string, () => Promise<Instruction[]>][] = [
    [
      'a priority fee that drains it',
      async () => [computeLimit(20_000), computePrice(4_000_000n), await pay()],
    ],
    ['compute units that drain it', async () => [computeLimit(1_400_000), computePrice(1n), await pay()]],
    ['too little', async () => [computeLimit(20_000), computePrice(1n), await pay(PRICE - 1n)]],
    ['too much', async () => [computeLimit(20_000), computePrice(1n), await pay(PRICE + 1n)]],
    ['no transfer', async () => [computeLimit(20_000), computePrice(1n)]],
    ['two transfers', async () => [computeLimit(20_000), computePrice(1n), await pay(), await pay(1n)]],
    [
      'a transfer to the payer itself',
      async () => [
        computeLimit(20_000),
        computePrice(1n),
        await transfer(world.chain.mint, world.escrow, world.escrow.address, PRICE),
      ],
    ],
    [
      'lamports taken from the fee payer',
      async () => [
        computeLimit(20_000),
        computePrice(1n),
        await pay(),
        takeLamports(feePayer, world.escrow.address),
      ],
    ],
  ];
  it.each(cases)('%s', async (_, instructions) => {
    const rpc = createSolanaRpc(world.chain.rpcUrl);
    const before = await rpc.getBalance(address(feePayer)).send();
    const payload = await payloadOf(...(await instructions()));
    expect(await settle(payload)).toMatchObject({ success: false, transaction: '' });
    expect((await rpc.getBalance(address(feePayer)).send()).value).toBe(before.value);
    expect(await received()).toBe(0n);
  });

  /** The fee payer's tokens, moved by a payer that has no right to them: only its signature would allow it. */
  async function ownTokens(): Promise<Instruction> {
    const move = await transfer(world.chain.mint, world.escrow, world.provider.address, PRICE);
    const [source, authority] = [await tokenAccountOf(feePayer, world.chain.mint), address(feePayer)];
    const accounts = move.accounts!.map((account, index) =>
      index === 0
        ? { ...account, address: source }
        : index === 3
          ? { address: authority, role: AccountRole.READONLY_SIGNER }
          : account,
    );
    return { ...move, accounts };
  }
  /** A memo that the fee payer would sign as well: harmless here, and the specification forbids it. */
  const signedMemo = (): Instruction => ({
    ...memo('m'),
    accounts: [{ address: address(feePayer), role: AccountRole.READONLY_SIGNER }],
  });
  const openAccount = async (): Promise<Instruction> =>
    getCreateAssociatedTokenIdempotentInstruction({
      payer: createNoopSigner(address(feePayer)),
      owner: (await generateKeyPairSigner()).address,
      mint: address(world.chain.mint),
      ata: await tokenAccountOf(world.escrow.address, world.chain.mint),
    });

  it.each<[string, () => Promise<Instruction[]>, string]>([
    [
      'that moves its own tokens',
      async () => [await ownTokens()],
      'transaction_fee_payer_transferring_funds',
    ],
    [
      'that it would sign a memo of',
      async () => [await pay(), signedMemo()],
      'transaction_fee_payer_included_in_instruction_accounts',
    ],
    [
      'that opens an account at its cost',
      async () => [await pay(), await openAccount()],
      'unknown_fourth_instruction',
    ],
  ])("nor one %s, and it says why in the specification's words", async (_, rest, reason) => {
    const payload = await payloadOf(computeLimit(20_000), computePrice(1n), ...(await rest()));
    const expected = `invalid_exact_svm_payload_${reason}`;
    expect(await verify(payload)).toMatchObject({ isValid: false, invalidReason: expected });
    expect(await settle(payload)).toMatchObject({ success: false, errorReason: expected, transaction: '' });
    expect(await received()).toBe(0n);
  });

  it('nor one that somebody tampered with after it was signed', async () => {
    const payload = await honest();
    const wire = Buffer.from(String(payload.payload['transaction']), 'base64');
    wire[wire.length - 2]! ^= 1; // a letter of the memo
    const tampered = { ...payload, payload: { transaction: wire.toString('base64') } };
    expect(await settle(tampered)).toMatchObject({ success: false });
    expect(await received()).toBe(0n);
  });
});

describe('when the reply of the chain is lost after the broadcast', () => {
  let rpc: LossyRpc;
  let signer: KeyPairSigner;
  const books: SettlementBook[] = [];

  /** A facilitator with its book in one place; opened again, it is the same one after a restart. */
  const open = (Book = SettlementBook): Facilitator => {
    const book = new Book(join(world.folder, 'book.jsonl'));
    books.push(book);
    return new Facilitator(requirements.network, signer, rpc.url, book);
  };

  beforeEach(async () => {
    rpc = await lossyRpc(world.chain.rpcUrl);
    signer = await generateKeyPairSigner();
    await requestTestFunds(world.chain.rpcUrl, signer.address, parseMicros('1'));
    feePayer = signer.address;
    requirements = { ...requirements, extra: { feePayer } };
  });
  afterEach(async () => {
    for (const book of books.splice(0)) book.close();
    await rpc.close();
  });

  class DiesAfterRecording extends SettlementBook {
    override async record(settlement: Settlement): Promise<void> {
      await super.record(settlement);
      throw new Error('killed');
    }
  }

  async function recordedOnly(): Promise<PaymentPayload> {
    const payload = await honest();
    const silent = jest.spyOn(console, 'error').mockImplementation(() => undefined); // the library reports it
    await open(DiesAfterRecording).settle(payload, requirements);
    silent.mockRestore();
    return payload;
  }

  it('the payment is settled all the same', async () => {
    const payload = await honest();
    rpc.lose = 1;
    expect(await open().settle(payload, requirements)).toMatchObject({ success: true });
    expect([rpc.lose, await received()]).toEqual([0, PRICE]);
  });

  it('and the facilitator started anew, it knows what it sent', async () => {
    const payload = await honest();
    const { transaction } = await open().settle(payload, requirements);
    const again = await open().settle(payload, requirements);
    expect(again).toMatchObject({ success: true, transaction, extra: { repeated: true } });
    expect(await received()).toBe(PRICE);
  });

  it('a payment recorded but never sent is sent when it is asked for again', async () => {
    const payload = await recordedOnly();
    expect(await received()).toBe(0n);
    expect(await open().settle(payload, requirements)).toMatchObject({ success: true });
    expect(await received()).toBe(PRICE);
  });

  it('a payment recorded but never sent, whose blockhash expired, has failed for good', async () => {
    const payload = await recordedOnly();
    world.chain.skipSlots(151);
    expect(await open().settle(payload, requirements)).toMatchObject({
      success: false,
      errorReason: 'invalid_exact_svm_transaction_failed',
    });
    expect(await received()).toBe(0n);
  });
});

describe('version 1', () => {
  const inV1 = async (payload: PaymentPayload, change = {}) => {
    const { amount, ...rest } = requirements;
    const paymentRequirements = {
      ...rest,
      network: 'solana-devnet',
      maxAmountRequired: amount,
      resource: 'http://service.example/say',
      description: '',
      ...change,
    };
    const { payload: signed } = payload;
    const paymentPayload = { x402Version: 1, scheme: 'exact', network: 'solana-devnet', payload: signed };
    return { x402Version: 1, paymentPayload, paymentRequirements };
  };

  it("is verified and settled under the network's old name, once in both versions", async () => {
    const payload = await honest();
    const asked = await inV1(payload);
    expect((await ask('/verify', asked)).body).toMatchObject({ isValid: true, payer: world.escrow.address });
    const settled = (await ask('/settle', asked)).body;
    expect(settled).toMatchObject({ success: true, network: 'solana-devnet' });
    expect((await ask('/settle', asked)).body).toMatchObject({ transaction: settled['transaction'] });
    // the same payment for the same thing, said in the other version
    expect(await settle(payload)).toMatchObject({ success: true, extra: { repeated: true } });
    expect(await received()).toBe(PRICE);
  });

  it('has the same limits of fees', async () => {
    const payload = await payloadOf(computeLimit(1_400_000), computePrice(1n), await pay(), memo('m'));
    expect((await ask('/settle', await inV1(payload))).body).toMatchObject({ success: false });
    expect(await received()).toBe(0n);
  });

  it('has its own words for some reasons', async () => {
    const asked = await inV1(await honest(), { extra: { feePayer: world.escrow.address } });
    const { body } = await ask('/verify', asked);
    expect(body).toMatchObject({ isValid: false, invalidReason: 'fee_payer_not_managed_by_facilitator' });
  });
});

it('both versions are supported, with the fee payer to name', async () => {
  const answer = await fetch(`${world.chain.facilitatorUrl}/supported`);
  expect(await answer.json()).toEqual({
    kinds: [
      { x402Version: 2, scheme: 'exact', network: requirements.network, extra: { feePayer } },
      { x402Version: 1, scheme: 'exact', network: 'solana-devnet', extra: { feePayer } },
    ],
    extensions: ['bazaar'],
    signers: { 'solana:*': [feePayer] },
  });
});

it.each<[string, object, object, number, string]>([
  ['another version', { x402Version: 3 }, {}, 400, 'invalid_x402_version'],
  ['no payload', { payload: undefined }, {}, 400, 'invalid_payload'],
  ['an amount that is none', {}, { amount: '1e4' }, 400, 'invalid_payment_requirements'],
  ['another network', {}, { network: 'eip155:8453' }, 200, 'invalid_network'],
  ['another scheme', {}, { scheme: 'upto' }, 200, 'unsupported_scheme'],
])(
  'what is not offered is refused with the code of the specification: %s',
  async (_, of, asking, status, code) => {
    const paymentPayload = { ...(await honest()), ...of };
    const asked = { x402Version: 2, paymentPayload, paymentRequirements: { ...requirements, ...asking } };
    expect(await ask('/verify', asked)).toMatchObject({
      status,
      body: { isValid: false, invalidReason: code },
    });
    const settled = { success: false, errorReason: code, transaction: '' };
    expect(await ask('/settle', asked)).toMatchObject({ status, body: settled });
  },
);

describe('discovery', () => {
  const list = async (path = '/discovery/resources') =>
    (await (await fetch(world.chain.facilitatorUrl + path)).json()) as Record<string, unknown>;
  const bazaar = { info: { input: { type: 'http', method: 'POST' } }, schema: {} };
  const resource = { url: 'https://service.example/say', description: 'Says it again', serviceName: 'Echo' };

  it('lists what was paid for and asked to be listed, once, as the specification words it', async () => {
    expect(await list()).toEqual({
      x402Version: 2,
      items: [],
      pagination: { limit: 20, offset: 0, total: 0 },
    });
    const payload = { ...(await honest()), resource, extensions: { bazaar } };
    await settle(payload);
    await settle(payload);
    const { items } = await list();
    expect(items).toMatchObject([
      { resource: resource.url, type: 'http', accepts: [requirements], extensions: { bazaar } },
    ]);
    expect((await list('/discovery/search?query=echo'))['resources']).toHaveLength(1);
    expect((await list('/discovery/search?query=weather'))['resources']).toHaveLength(0);
  });

  it.each<[string, object]>([
    ['that asked for no listing', { resource }],
    ['that was refused', { resource, extensions: { bazaar }, accepted: { scheme: 'upto' } }],
    ['of no web address', { resource: { url: 'javascript:1' }, extensions: { bazaar } }],
    [
      'too long to be listed',
      { resource: { ...resource, description: 'x'.repeat(20_000) }, extensions: { bazaar } },
    ],
  ])('lists nothing %s', async (_, more) => {
    await settle({ ...(await honest()), ...more } as PaymentPayload);
    expect((await list())['items']).toEqual([]);
  });

  it('knows after a restart what it knew before', () => {
    const path = join(world.folder, 'resources.jsonl');
    const before = new ResourceBook(path);
    const payload = { x402Version: 2, resource, extensions: { bazaar }, payload: {}, accepted: requirements };
    before.learn(payload as PaymentPayload, requirements, '2026-01-02T03:04:05.678Z');
    before.close();
    const after = new ResourceBook(path);
    expect(after.list()).toEqual(before.list());
    expect(after.list()).toHaveLength(1);
    after.close();
  });
});

describe('a request that is none', () => {
  it.each([
    ['of no JSON', '{', 'application/json', 400],
    ['of something else', '{"paymentPayload":{}}', 'application/json', 400],
    ['of null', 'null', 'application/json', 400],
    ['of text, as a web page could post it', '{}', 'text/plain', 415],
    ['that is too large', `"${'x'.repeat(70_000)}"`, 'application/json', 413],
  ])('%s is refused', async (_, body, contentType, status) => {
    expect((await ask('/settle', body, contentType)).status).toBe(status);
  });

  it('to another route is refused', async () => {
    expect((await ask('/elsewhere', {})).status).toBe(404);
  });
});

/** A system transfer out of the fee payer, who signs as such anyway. */
function takeLamports(from: string, to: string): Instruction {
  const data = Buffer.alloc(12);
  data.writeUInt32LE(2, 0);
  data.writeBigUInt64LE(1_000_000_000n, 4);
  return {
    programAddress: address('11111111111111111111111111111111'),
    accounts: [
      { address: address(from), role: AccountRole.WRITABLE_SIGNER },
      { address: address(to), role: AccountRole.WRITABLE },
    ],
    data,
  };
}
