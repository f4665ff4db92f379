import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Address,
  appendTransactionMessageInstruction,
  compileTransaction,
  decompileTransactionMessage,
  getBase64EncodedWireTransaction,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
} from '@solana/kit';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { requireOnlyPayment } from '../../src/adapters/solana/inspect-payment.js';
import { requestTestFunds } from '../../src/adapters/solana/test-funds.js';
import { Wallet } from '../../src/adapters/solana/wallet.js';
import { clientSignatures } from '../../src/adapters/x402/client-signature.js';
import { payment } from '../../src/commands/payment/decide.js';
import type { Confirmed, Unsigned } from '../../src/commands/payment/state.js';
import type { WorkflowCommand } from '../../src/commands/workflow/commands.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { LIMITS } from '../../src/kernel/limits.js';
import { toMicros } from '../../src/kernel/money.js';
import { StepPayments } from '../../src/payments/pay-for-step.js';
import { authorizePayment } from '../../src/requests/authorize-payment.js';
import { CommandHandler } from '../../src/runtime/command-handler.js';
import { settleEscrow } from '../../src/sagas/settle-escrow.js';
import { FUNDS, type MoneyWorld, moneyWorld, PRICE } from '../kit/money.js';
import { approve, assemble, cancel, create, OWNER, paid, planOf, propose, T0 } from '../kit/runs.js';

const plan = planOf(paid('step_1'), assemble('step_2', ['step_1']));
let world: MoneyWorld;
let store: MemoryEventStore;
let handler: CommandHandler;
let wallet: Wallet;
let other: Wallet;
let now: number;
const stopping = new AbortController();
let told = 0;

const clock = { now: () => now };
const say = (command: WorkflowCommand) =>
  handler.send(workflow, 'wf_01', command, {
    commandId: `say ${++told}`,
    correlationId: 'wf_01',
    actor: { type: 'system', id: 'test' },
  });

beforeEach(async () => {
  world = await moneyWorld();
  now = Date.parse(T0);
  store = new MemoryEventStore();
  handler = new CommandHandler(store, clock);
  wallet = await Wallet.open(join(world.folder, 'wallet.json'));
  other = await Wallet.open(join(world.folder, 'other.json'));
  await requestTestFunds(world.chain.rpcUrl, wallet.address, toMicros(FUNDS));
  const { holdId: _none, ...approval } = approve(plan);
  for (const command of [create({ payer: wallet.address }), propose(plan), approval]) await say(command);
});
afterEach(() => world.close());

const call = () => {
  const { network, mint: asset } = world.chain;
  return new StepPayments(handler, world.payer, clock.now).call(
    {
      paymentId: 'pay_1',
      workflowId: 'wf_01',
      runNo: 1,
      stepId: 'step_1',
      userId: OWNER,
      signedBy: wallet.address,
      serviceId: 'svc_1',
      planHash: 'b'.repeat(64),
      ceiling: toMicros(PRICE),
      approved: { payTo: world.provider.address, asset, network },
      payer: wallet.address,
      call: { method: 'POST', url: `${world.service.url}/say`, body: {}, idempotencyKey: 'pay_1' },
    },
    stopping.signal,
  );
};
const state = async () => (await handler.load(payment, 'pay_1')).state;
const requested = async (): Promise<Unsigned['requested']> => {
  for (const subscription = store.subscribe({ filter: { types: ['PaymentSignatureRequested'] } }); ; )
    for await (const { events } of subscription)
      if (events.length > 0) {
        await subscription.stop();
        return ((await state()) as Unsigned).requested;
      }
};
const toSign = ({ header }: { readonly header: string }): string =>
  JSON.parse(Buffer.from(header, 'base64').toString()).payload.transaction;
const authorize = (transaction: string, userId = OWNER) =>
  authorizePayment(
    { dispatch: handler, clock, signatures: clientSignatures },
    { principal: { userId, keyId: 'key_1', roles: ['user'] }, callId: `call ${++told}` },
    'pay_1',
    transaction,
  );

const approved = () => ({
  wallet: wallet.address,
  payTo: world.provider.address,
  asset: world.chain.mint,
  most: PRICE,
});

type Message = Parameters<typeof compileTransaction>[0];
/** The transaction with something of its message changed, compiled anew. */
function altered(wire: string, change: (message: Message) => Message): string {
  const { messageBytes } = getTransactionDecoder().decode(getBase64Encoder().encode(wire));
  const compiled = getCompiledTransactionMessageDecoder().decode(messageBytes);
  const message = decompileTransactionMessage(compiled, { lastValidBlockHeight: 1_000n });
  return getBase64EncodedWireTransaction(compileTransaction(change(message as Message)));
}
const instruction = (index: number, change: (data: Uint8Array) => Uint8Array) => (message: Message) => ({
  ...message,
  instructions: message.instructions.map((each, at) =>
    at === index ? { ...each, data: change(Uint8Array.from(each.data!)) } : each,
  ),
});
const TRANSFER = 2;
const MEMO = 3;

const alterations: readonly [what: string, says: string, change: (message: Message) => Message][] = [
  ['with a smaller amount', 'amount', instruction(TRANSFER, (data) => data.with(1, data[1]! - 1))],
  ['with a larger amount', 'amount', instruction(TRANSFER, (data) => data.with(3, 1))],
  ['with another memo', 'memo', instruction(MEMO, (data) => data.with(5, 65))],
  [
    'with an extra instruction',
    'instructions',
    (message) =>
      appendTransactionMessageInstruction(
        {
          programAddress: '11111111111111111111111111111111' as Address,
          accounts: [],
          data: new Uint8Array(4),
        },
        message as never,
      ) as unknown as Message,
  ],
  [
    'with a second transfer',
    '2 transfers',
    (message) => ({ ...message, instructions: [...message.instructions, message.instructions[TRANSFER]!] }),
  ],
  [
    'that pays somebody else',
    'another account',
    (message) => ({
      ...message,
      instructions: message.instructions.map((each, at) =>
        at === TRANSFER
          ? {
              ...each,
              accounts: [each.accounts![0]!, each.accounts![1]!, each.accounts![0]!, each.accounts![3]!],
            }
          : each,
      ),
    }),
  ],
  [
    'with another fee payer',
    'fee payer',
    (message) => ({ ...message, feePayer: { address: world.provider.address } }) as Message,
  ],
];

describe('a payment that a wallet of the user signs', () => {
  it('is paid out of that wallet, and never out of escrow', async () => {
    const answer = call();
    const asked = await requested();
    await authorize(await wallet.signTransaction(toSign(asked)));
    const { payment: evidence, cost } = await answer;
    expect([cost, evidence?.payer]).toEqual([PRICE, wallet.address]);
    expect(await world.balanceOf(wallet.address)).toBe(FUNDS - PRICE);
    expect(await world.balanceOf(world.escrow.address)).toBe(FUNDS);
    expect(((await state()) as Confirmed).delivery.status).toBe('delivered');
    for await (const recorded of store.read('payment-pay_1'))
      if (settleEscrow.handles.includes(recorded.event.type))
        expect(settleEscrow.react(recorded, undefined)).toEqual([]);
  });

  it('is signed once: the same again changes nothing, and another signature is refused', async () => {
    const answer = call();
    const asked = await requested();
    const signed = await wallet.signTransaction(toSign(asked));
    await authorize(signed);
    await expect(authorize(signed)).resolves.toMatchObject({ events: [] });
    const again = altered(
      toSign(asked),
      instruction(MEMO, (data) => data.reverse()),
    );
    await expect(authorize(await wallet.signTransaction(again))).rejects.toMatchObject({
      code: 'PAYMENT_NOT_AS_ASKED',
    });
    await answer;
    expect(world.service.paid).toHaveLength(1);
  });

  it('is refused with anything of it altered, and says what', async () => {
    const answer = call();
    const asked = await requested();
    for (const [what, says, change] of alterations) {
      const wrong = await wallet.signTransaction(altered(toSign(asked), change));
      const refused = await authorize(wrong).then(
        () => what,
        (error: unknown) => error,
      );
      expect(refused).toMatchObject({ code: 'PAYMENT_NOT_AS_ASKED' });
      expect(`${what}: ${(refused as { figures: { differs: string[] } }).figures.differs}`).toContain(says);
      expect((await state()).status).toBe('awaiting_signature');
      // the client would not have signed it in the first place, but for what it may not know
      const looked = requireOnlyPayment(altered(toSign(asked), change), approved());
      if (says === 'memo' || says === 'fee payer' || what.includes('smaller')) await looked;
      else await expect(looked).rejects.toMatchObject({ code: 'PAYMENT_NOT_AS_APPROVED' });
    }
    await requireOnlyPayment(toSign(asked), approved());
    await authorize(await wallet.signTransaction(toSign(asked)));
    await answer;
  });

  it('is refused unsigned, signed by another wallet, as rubbish, and to anybody else', async () => {
    const answer = call();
    const asked = await requested();
    const wire = toSign(asked);
    await expect(authorize(wire)).rejects.toMatchObject({ code: 'WALLET_SIGNATURE_INVALID' });
    const bytes = Buffer.from(await wallet.signTransaction(wire), 'base64');
    // the second signature is the wallet's: the first place is the fee payer's
    bytes[70] = bytes[70]! ^ 1;
    await expect(authorize(bytes.toString('base64'))).rejects.toMatchObject({
      code: 'WALLET_SIGNATURE_INVALID',
    });
    await expect(other.signTransaction(wire)).rejects.toThrow();
    await expect(authorize('AAAA')).rejects.toMatchObject({ code: 'PAYMENT_NOT_AS_ASKED' });
    await expect(authorize(wire, 'user_02')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await authorize(await wallet.signTransaction(wire));
    await answer;
  });

  it('fails clearly when nobody signs in time, and then cannot be signed any more', async () => {
    const answer = call();
    const asked = await requested();
    now += LIMITS.clientSignature;
    await expect(authorize(await wallet.signTransaction(toSign(asked)))).rejects.toMatchObject({
      code: 'SIGNATURE_TOO_LATE',
    });
    await expect(answer).rejects.toMatchObject({ code: 'PAYMENT_NOT_SIGNED', kind: 'terminal' });
    await expect(authorize(await wallet.signTransaction(toSign(asked)))).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
    expect(await world.balanceOf(wallet.address)).toBe(FUNDS);
  });

  it('is no longer asked for when its run has ended', async () => {
    const answer = call();
    await requested();
    await say(cancel());
    await expect(answer).rejects.toMatchObject({ code: 'PAYMENT_NOT_SIGNED' });
  });

  it('is asked for with a new blockhash when the old one has become too old, within the same time', async () => {
    const answer = call();
    const first = await requested();
    world.chain.skipSlots(400);
    let asked = first;
    while (asked.blockhash === first.blockhash) {
      await new Promise((resolve) => setImmediate(resolve));
      asked = ((await state()) as Unsigned).requested;
    }
    expect([asked.attempt, asked.signBefore]).toEqual([first.attempt, first.signBefore]);
    await expect(authorize(await wallet.signTransaction(toSign(first)))).rejects.toMatchObject({
      code: 'PAYMENT_NOT_AS_ASKED',
    });
    await authorize(await wallet.signTransaction(toSign(asked)));
    await answer;
    expect(await world.balanceOf(wallet.address)).toBe(FUNDS - PRICE);
  });
});
