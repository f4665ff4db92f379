import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  AccountRole,
  type Address,
  createSolanaRpc,
  generateKeyPairSigner,
  type Instruction,
  type KeyPairSigner,
} from '@solana/kit';
import { x402Facilitator } from '@x402/core/facilitator';
import { HTTPFacilitatorClient } from '@x402/core/server';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { toFacilitatorSvmSigner } from '@x402/svm';
import { ExactSvmScheme } from '@x402/svm/exact/facilitator';
import { ExactSvmSchemeV1 } from '@x402/svm/exact/v1/facilitator';
import { keyFromFile } from '../../../src/adapters/solana/key-file.js';
import { FEE_LIMITS } from '../../../src/embedded/facilitator/facilitator.js';
import { computeLimit, computePrice, handMade, memo, transfer } from '../../kit/hand-made.js';
import { type MoneyWorld, moneyWorld, PRICE } from '../../kit/money.js';

/** Every reason that the scheme's own facilitator gives, asked of it and of ours, by the same key on the same chain. */
let world: MoneyWorld;
let stock: x402Facilitator;
let ours: HTTPFacilitatorClient;
let asked: PaymentRequirements;
let feePayer: string;
let stranger: KeyPairSigner;
beforeAll(async () => {
  world = await moneyWorld();
  const { chain, folder } = world;
  stranger = await generateKeyPairSigner();
  asked = world.service.offers[0] as unknown as PaymentRequirements;
  feePayer = String(asked.extra['feePayer']);
  const key = await keyFromFile(join(folder, 'facilitator.json'));
  expect(key.address).toBe(feePayer);
  const signer = toFacilitatorSvmSigner(key, { [chain.network]: createSolanaRpc(chain.rpcUrl) } as never);
  stock = new x402Facilitator()
    .registerV1(V1_NETWORK as never, new ExactSvmSchemeV1(signer))
    .register(chain.network, new ExactSvmScheme(signer, undefined, FEE_LIMITS));
  ours = new HTTPFacilitatorClient({ url: chain.facilitatorUrl });
});
afterAll(() => world.close());

const V1_NETWORK = 'solana-devnet';
const limit = () => computeLimit(20_000);
const price = () => computePrice(1n);
const pay = (amount = PRICE) => transfer(world.chain.mint, world.escrow, world.provider.address, amount);
const unknown = (): Instruction => ({
  programAddress: '11111111111111111111111111111111' as Address,
  accounts: [],
  data: new Uint8Array(4),
});
const signedBy = (signer: KeyPairSigner): Instruction => ({
  ...memo('also signed'),
  accounts: [{ address: signer.address, role: AccountRole.READONLY_SIGNER, signer } as never],
});
/** The transfer with one of its accounts replaced: source, mint, destination, authority. */
const payWith = async (index: number, by: string, role: AccountRole): Promise<Instruction> => {
  const made = await pay();
  const accounts = made.accounts!.map((each, at) => (at === index ? { address: by as Address, role } : each));
  return { ...made, accounts };
};

interface Case {
  readonly instructions?: () => Promise<readonly Instruction[]>;
  /** instead of what the instructions make */
  readonly transaction?: () => Promise<string>;
  readonly requirements?: () => Partial<PaymentRequirements>;
  readonly accepted?: () => Partial<PaymentRequirements>;
}
const honest = async () => [limit(), price(), await pay(), memo('m')];
const extra = (more: Record<string, unknown>) => () => ({ extra: { ...asked.extra, ...more } });

const cases: readonly (readonly [reason: string, of: Case])[] = [
  ['unsupported_scheme', { accepted: () => ({ scheme: 'upto' }) }],
  ['network_mismatch', { accepted: () => ({ network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp' }) }],
  ['payload_missing_fee_payer', { requirements: () => ({ extra: {} }) }],
  ['payload_missing_fee_payer', { requirements: () => ({ extra: { feePayer: 7 } }) }],
  ['fee_payer_not_managed_by_facilitator', { requirements: () => ({ extra: { feePayer: 'nobody' } }) }],
  [
    'fee_payer_not_managed_by_facilitator',
    { requirements: () => ({ extra: { feePayer: world.provider.address } }) },
  ],
  ['payload_transaction_could_not_be_decoded', { transaction: async () => 'AAAA' }],
  [
    'fee_payer_mismatch',
    { transaction: async () => handMade(world.chain.rpcUrl, stranger.address, await honest()) },
  ],
  [
    'payload_excessive_signers',
    { instructions: async () => [limit(), price(), await pay(), signedBy(stranger)] },
  ],
  [
    'payload_signature_invalid',
    {
      transaction: async () => {
        const wire = Buffer.from(await handMade(world.chain.rpcUrl, feePayer, await honest()), 'base64');
        wire[wire.length - 2]! ^= 1; // a letter of the memo, after it was signed
        return wire.toString('base64');
      },
    },
  ],
  ['payload_transaction_instructions_length', { instructions: async () => [limit(), await pay()] }],
  [
    'payload_transaction_instructions_length',
    {
      instructions: async () => [
        ...(await honest()),
        ...Array.from({ length: 4 }, (_, nth) => memo(`${nth}`)),
      ],
    },
  ],
  [
    'payload_transaction_instructions_compute_limit_instruction',
    { instructions: async () => [price(), limit(), await pay()] },
  ],
  [
    'payload_transaction_instructions_compute_limit_instruction_too_high',
    {
      instructions: async () => [computeLimit(FEE_LIMITS.maxComputeUnits + 1), price(), await pay()],
    },
  ],
  [
    'payload_transaction_instructions_compute_price_instruction',
    { instructions: async () => [limit(), memo('m'), await pay()] },
  ],
  [
    'payload_transaction_instructions_compute_price_instruction_too_high',
    {
      instructions: async () => [
        limit(),
        computePrice(BigInt(FEE_LIMITS.maxPriorityFeeMicroLamports) + 1n),
        await pay(),
      ],
    },
  ],
  ['payload_no_transfer_instruction', { instructions: async () => [limit(), price(), memo('m')] }],
  [
    'payload_transaction_fee_payer_transferring_funds',
    { instructions: async () => [limit(), price(), await payWith(3, feePayer, AccountRole.READONLY_SIGNER)] },
  ],
  [
    'payload_mint_mismatch',
    {
      instructions: async () => [limit(), price(), await payWith(1, stranger.address, AccountRole.READONLY)],
    },
  ],
  [
    'payload_recipient_mismatch',
    {
      instructions: async () => [
        limit(),
        price(),
        await transfer(world.chain.mint, world.escrow, stranger.address, PRICE),
      ],
    },
  ],
  ['payload_amount_mismatch', { instructions: async () => [limit(), price(), await pay(PRICE - 1n)] }],
  ['payload_amount_mismatch', { instructions: async () => [limit(), price(), await pay(PRICE + 1n)] }],
  ...['fourth', 'fifth', 'sixth', 'seventh'].map(
    (nth, before) =>
      [
        `payload_unknown_${nth}_instruction`,
        {
          instructions: async () => [
            limit(),
            price(),
            await pay(),
            ...Array.from({ length: before }, (_, at) => memo(`${at}`)),
            unknown(),
          ],
        },
      ] as const,
  ),
  [
    'payload_memo_count',
    {
      instructions: async () => [limit(), price(), await pay()],
      requirements: extra({ memo: 'invoice 7' }),
    },
  ],
  [
    'payload_memo_count',
    {
      instructions: async () => [limit(), price(), await pay(), memo('invoice 7'), memo('invoice 7')],
      requirements: extra({ memo: 'invoice 7' }),
    },
  ],
  ['payload_memo_mismatch', { requirements: extra({ memo: 'invoice 7' }) }],
  [
    'transaction_simulation_failed',
    {
      instructions: async () => [
        limit(),
        price(),
        await transfer(world.chain.mint, stranger, world.provider.address, PRICE),
      ],
    },
  ],
];

async function made({ instructions = honest, transaction, requirements, accepted }: Case) {
  const wanted = { ...asked, ...requirements?.() } as PaymentRequirements;
  const wire = transaction
    ? await transaction()
    : await handMade(world.chain.rpcUrl, feePayer, await instructions());
  const payload = {
    x402Version: 2,
    payload: { transaction: wire },
    accepted: { ...wanted, ...accepted?.() },
  } as PaymentPayload;
  return { payload, wanted };
}

describe('a payment that the scheme does not allow', () => {
  it.each(cases)('is refused as the scheme’s own facilitator does: %s', async (reason, of) => {
    const expected = `invalid_exact_svm_${reason}`;
    const { payload, wanted } = await made(of);
    const silent = jest.spyOn(console, 'error').mockImplementation(() => undefined); // the library reports some
    const verified = [await stock.verify(payload, wanted), await ours.verify(payload, wanted)];
    const settled = [await stock.settle(payload, wanted), await ours.settle(payload, wanted)];
    silent.mockRestore();
    for (const answer of verified) expect(answer).toMatchObject({ isValid: false, invalidReason: expected });
    for (const answer of settled)
      expect(answer).toMatchObject({ success: false, errorReason: expected, transaction: '' });
    expect(settled[1]!.network).toBe(settled[0]!.network);
  });

  it('leaves nobody paid, and nobody poorer', async () => {
    expect(await world.balanceOf(world.provider.address)).toBe(1n);
  });
});

/** The limits of fees are ours alone, and the first version has room for six instructions where ours reads seven. */
const LIMITED: ReadonlySet<string> = new Set([
  'payload_transaction_instructions_compute_limit_instruction_too_high',
  'payload_transaction_instructions_compute_price_instruction_too_high',
  'payload_excessive_signers',
  'payload_unknown_seventh_instruction',
]);

describe('a payment of version 1 that the scheme does not allow', () => {
  it.each(cases.filter(([reason]) => !LIMITED.has(reason)))(
    'is refused as the scheme’s own facilitator does: %s',
    async (_, of) => {
      const { payload, wanted } = await made(of);
      const [paymentPayload, paymentRequirements] = inV1(payload, wanted);
      const silent = jest.spyOn(console, 'error').mockImplementation(() => undefined); // the library reports some
      const theirs = await stock.verify(paymentPayload, paymentRequirements);
      const verified = await ours.verify(paymentPayload, paymentRequirements);
      const settled = await ours.settle(paymentPayload, paymentRequirements);
      silent.mockRestore();
      expect(theirs.isValid).toBe(false);
      expect(verified).toMatchObject({ isValid: false, invalidReason: theirs.invalidReason });
      expect(settled).toMatchObject({ success: false, errorReason: theirs.invalidReason, transaction: '' });
    },
  );
});

/** The same in the words of version 1, which does not repeat what was accepted. */
function inV1(payload: PaymentPayload, wanted: PaymentRequirements): [PaymentPayload, PaymentRequirements] {
  const { scheme, network } = payload.accepted;
  const { amount, ...rest } = wanted;
  const said = {
    x402Version: 1,
    scheme,
    network: network === wanted.network ? V1_NETWORK : 'solana',
    payload: payload.payload,
  };
  const asking = { ...rest, network: V1_NETWORK, maxAmountRequired: amount, resource: 'https://x.example/' };
  return [said as never, { ...asking, description: '', mimeType: '' } as never];
}

describe('a payment that the scheme allows', () => {
  it.each<[string, Case]>([
    ['with a memo of the payer’s choice', {}],
    ['without any memo', { instructions: async () => [limit(), price(), await pay()] }],
    [
      'with the memo that was prescribed',
      {
        instructions: async () => [limit(), price(), await pay(), memo('invoice 7')],
        requirements: extra({ memo: 'invoice 7' }),
      },
    ],
    [
      'with three assertions of a wallet around it',
      {
        instructions: async () => [limit(), price(), await pay(), memo('1'), memo('2'), memo('3'), memo('4')],
      },
    ],
    [
      'at the limits of its fees',
      {
        instructions: async () => [
          computeLimit(FEE_LIMITS.maxComputeUnits),
          computePrice(BigInt(FEE_LIMITS.maxPriorityFeeMicroLamports)),
          await pay(),
          memo('at the limits'),
        ],
      },
    ],
  ])('is verified and settled by both in the same words: %s', async (_, of) => {
    const { payload, wanted } = await made(of);
    const verified = { isValid: true, payer: world.escrow.address };
    expect(await stock.verify(payload, wanted)).toMatchObject(verified);
    expect(await ours.verify(payload, wanted)).toMatchObject(verified);
    const before = await world.balanceOf(world.provider.address);
    const settled = await ours.settle(payload, wanted);
    expect(settled).toMatchObject({ success: true, network: wanted.network, payer: world.escrow.address });
    expect(settled.transaction).toMatch(/^[1-9A-HJ-NP-Za-km-z]{64,88}$/);
    expect((await world.balanceOf(world.provider.address)) - before).toBe(PRICE);
  });

  it('and was settled by ours is known to the chain, so that the stock one settles it no more', async () => {
    const { payload, wanted } = await made({
      instructions: async () => [limit(), price(), await pay(), memo('once')],
    });
    expect(await ours.settle(payload, wanted)).toMatchObject({ success: true });
    const silent = jest.spyOn(console, 'error').mockImplementation(() => undefined); // the library reports it
    const before = await world.balanceOf(world.provider.address);
    await stock.settle(payload, wanted).catch(() => undefined);
    silent.mockRestore();
    expect(await world.balanceOf(world.provider.address)).toBe(before);
  });
});
