import { describe, expect, it } from '@jest/globals';
import { authorize, confirm, prepare, quote, submit } from '../../test/kit/one-payment.js';
import {
  approve,
  assemble,
  cancel,
  create,
  later,
  OWNER,
  paid,
  planOf,
  propose,
} from '../../test/kit/runs.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryTimerStore } from '../adapters/memory/timer-store.js';
import { escrow } from '../commands/escrow/decide.js';
import { mandate } from '../commands/mandate/decide.js';
import type { PaymentCommand } from '../commands/payment/commands.js';
import { payment } from '../commands/payment/decide.js';
import type { WorkflowCommand } from '../commands/workflow/commands.js';
import { workflow } from '../commands/workflow/decide.js';
import type { WorkflowEventOf } from '../events/workflow.js';
import type { Aggregate } from '../kernel/aggregate.js';
import { paymentIdOf } from '../kernel/ids.js';
import { toMicros } from '../kernel/money.js';
import { CommandHandler } from '../runtime/command-handler.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { type MandateTask, mandateJob, mandateTimer } from '../sagas/use-mandate.js';
import { MandateJob } from './mandate-job.js';

const plan = planOf(paid('step_1'), assemble('step_2', ['step_1']));
const COST = 20_000n;
const ask = { act: 'approve', mandateId: 'mdt_01', workflowId: 'wf_01', requestId: 'apr_1' } as const;
const RELEASE: MandateTask = {
  ...{ act: 'release', mandateId: 'mdt_01', workflowId: 'wf_01', runNo: 1 },
  ...{ userId: OWNER, least: '0' },
};
const at = later(1);

class Crash extends Error {}

/** A process that dies before or after the n-th command it sends. */
function dying(dispatch: Dispatch, n: number, when: 'before' | 'after'): Dispatch {
  let sent = 0;
  return {
    load: dispatch.load.bind(dispatch),
    send: async (...args) => {
      sent++;
      if (sent === n && when === 'before') throw new Crash();
      const done = await dispatch.send(...args);
      if (sent === n && when === 'after') throw new Crash();
      return done;
    },
  };
}

/** A plan that waits, and a mandate that its workflow names. */
async function world(more: { funds?: bigint; maxTotal?: bigint; created?: object } = {}) {
  const { funds = 100_000n, maxTotal = COST, created = {} } = more;
  const store = new MemoryEventStore();
  let now = Date.parse(at);
  const clock = { now: () => now };
  const dispatch = new CommandHandler(store, clock);
  const timers = new MemoryTimerStore();
  let ids = 0;
  const tell = <
    S,
    C extends { readonly type: string },
    E extends { readonly type: string; readonly v: number },
  >(
    aggregate: Aggregate<S, C, E>,
    id: string,
    command: C,
  ) =>
    dispatch.send(aggregate, id, command, {
      commandId: `test ${++ids}`,
      correlationId: 'wf_01',
      actor: { type: 'system', id: 'test' },
    });
  const told = async (stream: string) => {
    const types: string[] = [];
    for await (const { event } of store.read(stream)) types.push(event.type);
    return types;
  };
  const shares = async () => {
    const found: WorkflowEventOf<'MandateShareSettled'>[] = [];
    for await (const { event } of store.read('workflow-wf_01'))
      if (event.type === 'MandateShareSettled') found.push(event as (typeof found)[number]);
    return found;
  };
  const say = (command: WorkflowCommand) => tell(workflow, 'wf_01', command);
  const deposit = async (amount: bigint) => {
    const of = { signature: `s${++ids}`, amount: toMicros(amount) };
    await tell(escrow, OWNER, { type: 'SubmitDeposit', ...of, at, expiresAt: at });
    await tell(escrow, OWNER, { type: 'ConfirmDeposit', ...of, slot: 1n });
  };
  const account = { wallet: 'W', network: 'n', asset: 'USDC', at };
  await tell(escrow, OWNER, { type: 'OpenEscrowAccount', userId: OWNER, ...account });
  if (funds > 0n) await deposit(funds);
  await tell(mandate, 'mdt_01', {
    type: 'GrantMandate',
    at,
    mandateId: 'mdt_01',
    userId: OWNER,
    ...{ wallet: 'W', network: 'n', asset: 'USDC', message: 'm', signature: 's' },
    maxTotal: toMicros(maxTotal),
    maxPerTransaction: toMicros(maxTotal),
    expiresAt: later(3_600),
  });
  await say(create({ mandateId: 'mdt_01', ...created }));
  await say(propose(plan));
  return {
    dispatch,
    timers,
    deposit,
    say,
    told,
    shares,
    tell,
    set: (task: MandateTask) =>
      timers.set([
        { id: mandateTimer(task), dueAt: now, action: { do: 'job', job: mandateJob(task), every: 1 } },
      ]),
    waits: async () => (await timers.due(now + 10 * 60_000, 10)).map(({ id }) => id),
    pass: (ms: number) => {
      now += ms;
    },
    run: (task: MandateTask = ask, by: Dispatch = dispatch) => new MandateJob(by, timers, clock).run(task),
    used: async () => {
      const { state } = await dispatch.load(mandate, 'mdt_01');
      return state.status === 'none' ? undefined : state.used;
    },
    held: async () => {
      const { state } = await dispatch.load(escrow, OWNER);
      return state.status === 'open' ? state.held : undefined;
    },
  };
}

const counted = (types: readonly string[], wanted: string) => types.filter((type) => type === wanted).length;

describe('a worker that uses a mandate', () => {
  const points = [1, 2, 3, 4].flatMap((n) => [['before', n] as const, ['after', n] as const]);

  it.each(points)(
    'that dies %s its command %d approves once all the same when it is asked again',
    async (when, n) => {
      const it = await world();
      await it.run(ask, dying(it.dispatch, n, when)).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      await it.run();
      await it.run();
      const [wf, mdt, esc] = await Promise.all(
        ['workflow-wf_01', 'mandate-mdt_01', `escrow-${OWNER}`].map(it.told),
      );
      expect([
        counted(mdt!, 'MandateConsumed'),
        counted(mdt!, 'MandateUseReleased'),
        counted(esc!, 'HoldPlaced'),
        counted(wf!, 'WorkflowApproved'),
        counted(wf!, 'AutoApprovalDeclined'),
      ]).toEqual([1, 0, 1, 1, 0]);
      expect([await it.used(), await it.held()]).toEqual([COST, COST]);
    },
  );

  it('T07 says once that there is no money, and approves when some has come', async () => {
    const it = await world({ funds: COST - 1n });
    await it.set(ask);
    await it.run();
    await it.run();
    expect(counted(await it.told('workflow-wf_01'), 'AutoApprovalDeclined')).toBe(1);
    const { state } = await it.dispatch.load(workflow, 'wf_01');
    expect(state).toMatchObject({
      status: 'awaiting_approval',
      declined: { code: 'INSUFFICIENT_ESCROW', limit: '19999', asked: '20000' },
    });
    expect(await it.waits()).toEqual([mandateTimer(ask)]);
    await it.deposit(1n);
    await it.run();
    expect(counted(await it.told('workflow-wf_01'), 'WorkflowApproved')).toBe(1);
    await it.run();
    expect(await it.waits()).toEqual([]);
  });

  it('T08 gives back what it used for a plan whose offer expired unanswered', async () => {
    const it = await world({ funds: 0n });
    await it.set(ask);
    await it.run();
    expect(await it.used()).toBe(COST);
    await it.say({ type: 'ExpireApproval', at: later(3_600), requestId: 'apr_1' });
    await it.run();
    expect([await it.used(), await it.held(), await it.waits()]).toEqual([0n, 0n, []]);
  });

  it.each([
    ['cancelled', cancel()],
    ['approved by its owner', approve(plan, { holdId: 'hold_by_hand' })],
  ])('gives back what it used for a plan that was %s meanwhile', async (_how, command) => {
    const it = await world({ funds: 0n });
    await it.run();
    await it.say(command as WorkflowCommand);
    await it.run();
    await it.run();
    expect(await it.used()).toBe(0n);
    expect(counted(await it.told('mandate-mdt_01'), 'MandateUseReleased')).toBe(1);
  });

  it('stops asking when the mandate does not cover the plan', async () => {
    const it = await world({ maxTotal: COST - 1n });
    await it.set(ask);
    await it.run();
    await it.run();
    expect(await it.told('workflow-wf_01')).toEqual(expect.arrayContaining(['AutoApprovalDeclined']));
    expect([await it.used(), await it.held(), await it.waits()]).toEqual([0n, 0n, []]);
  });

  it('counts what was captured from the holds of a run that did not complete, once nothing can land any more', async () => {
    const it = await world();
    await it.run();
    const holdId = 'hold_01a1';
    const capture = { type: 'CaptureHold', holdId, paymentId: 'pay_1', amount: toMicros(7_000n) } as const;
    await it.tell(escrow, OWNER, { type: 'ReleaseHold', holdId });
    await it.tell(escrow, OWNER, capture);
    await it.run(RELEASE);
    expect(await it.used()).toBe(7_000n);
  });

  it('keeps what was used while a payment of the run may land, and after that until it is captured', async () => {
    const it = await world();
    await it.run();
    const holdId = 'hold_01a1';
    const paymentId = paymentIdOf('wf_01', 1, 'step_1');
    const pay = (command: PaymentCommand) => it.tell(payment, paymentId, command);
    const used = async () => {
      await it.run(RELEASE);
      return it.used();
    };
    for (const command of [{ ...quote, paymentId, holdId }, authorize, prepare]) await pay(command);
    expect(await used()).toBe(COST);
    await pay(submit);
    expect(await used()).toBe(COST);
    await pay(confirm);
    expect(await used()).toBe(COST);
    await it.tell(escrow, OWNER, { type: 'CaptureHold', holdId, paymentId, amount: toMicros(19_000n) });
    expect(await used()).toBe(19_000n);
  });

  it('holds nothing for a plan that the wallet pays by its delegate, and counts in full what did not complete', async () => {
    const it = await world({ funds: 0n, created: { payer: 'W', delegated: true } });
    await it.run();
    expect(await it.told('workflow-wf_01')).toEqual(
      expect.arrayContaining(['WorkflowApproved', 'ExecutionStarted']),
    );
    expect([await it.used(), await it.held()]).toEqual([COST, 0n]);
    await it.say(cancel());
    await it.say({ type: 'EndDrain', at: later(60), runNo: 1 });
    const { state } = await it.dispatch.load(workflow, 'wf_01');
    expect(state).toMatchObject({ status: 'closed', settled: true });
    expect((await it.shares()).map(({ spent, isFinal }) => [spent, isFinal])).toEqual([[`${COST}`, true]]);
  });

  it('leaves a later run of the same workflow alone', async () => {
    const it = await world();
    await it.run({ ...ask, requestId: 'apr_2' });
    expect(await it.used()).toBe(0n);
    expect(counted(await it.told('workflow-wf_01'), 'WorkflowApproved')).toBe(0);
  });
});
