import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  AccountRole,
  address,
  createSolanaRpc,
  generateKeyPairSigner,
  type Instruction,
  type KeyPairSigner,
} from '@solana/kit';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { requestTestFunds } from '../../src/adapters/solana/test-funds.js';
import { Facilitator } from '../../src/embedded/facilitator/facilitator.js';
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
      errorReason: 'transaction_failed',
    });
    expect(await received()).toBe(0n);
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
