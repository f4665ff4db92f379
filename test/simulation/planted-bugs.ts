import { escrow } from '../../src/commands/escrow/decide.js';
import type { MandateState } from '../../src/commands/mandate/state.js';
import { payment } from '../../src/commands/payment/decide.js';
import type {
  Compensating,
  Draining,
  Executing,
  Progress,
  WorkflowState,
} from '../../src/commands/workflow/state.js';
import type { BoundService, PlanStep } from '../../src/events/plan.js';
import type { WorkflowEventOf } from '../../src/events/workflow.js';
import type { StepExecutor } from '../../src/execution/step-executor.js';
import type { Principal } from '../../src/identity/principal.js';
import type { AnyAggregate } from '../../src/kernel/aggregate.js';
import type { Position, Recorded } from '../../src/kernel/event.js';
import { toMicros, ZERO } from '../../src/kernel/money.js';
import { PersistentMap } from '../../src/kernel/persistent-map.js';
import type { ArtifactStore } from '../../src/ports/artifacts.js';
import type { CheckpointStore } from '../../src/ports/checkpoints.js';
import type { EventStore } from '../../src/ports/event-store.js';
import type { JobLimits } from '../../src/ports/jobs.js';
import type { Payer } from '../../src/ports/payments.js';
import type { ReadModels } from '../../src/ports/read-models.js';
import type { Sql, Transaction } from '../../src/ports/sql.js';
import type { TimerStore } from '../../src/ports/timers.js';
import type { TransferSender } from '../../src/ports/transfers.js';
import { Memory } from '../../src/projections/memory.js';
import type { Projection } from '../../src/projections/projection.js';
import type { Converse, Dispatch, Memory as KnownStates } from '../../src/runtime/dispatch.js';
import type { Saga } from '../../src/sagas/reaction.js';
import { WORDS } from './plans.js';

/** A mistake put between the real parts, never into them: what a careless change of them would do. */
export interface PlantedBug {
  readonly name: string;
  readonly what: string;
  store?(real: EventStore): EventStore;
  timers?(real: TimerStore): TimerStore;
  checkpoints?(real: CheckpointStore): CheckpointStore;
  payer?(real: Payer): Payer;
  dispatch?(real: Dispatch & Converse): Dispatch & Converse;
  /** what a process remembers of aggregates */
  memory?(real: KnownStates): KnownStates;
  saga?(real: Saga): Saga;
  /** what pays withdrawals and payouts */
  sender?(real: TransferSender): TransferSender;
  /** what calls services */
  executor?(real: StepExecutor): StepExecutor;
  /** of calls */
  limits?(real: JobLimits): JobLimits;
  artifacts?(real: ArtifactStore): ArtifactStore;
  projection?(real: Projection): Projection;
  readModels?(real: ReadModels): ReadModels;
  /** what a client's stream is read from */
  reading?(real: Sql): Sql;
  /** whom a call counts for, when it names something of `owner` */
  principal?(real: Principal, owner: string): Principal;
}

type Command = { readonly type: string } & Record<string, unknown>;
type Decide = (command: Command, state: never) => readonly { readonly type: string; readonly v: number }[];

/** Another decider for every command to aggregates of one category. */
const deciding =
  (category: string, wrong: (real: Decide) => Decide) =>
  (real: Dispatch & Converse): Dispatch & Converse => {
    const bent = (aggregate: AnyAggregate): AnyAggregate =>
      aggregate.category === category
        ? { ...aggregate, decider: { ...aggregate.decider, decide: wrong(aggregate.decider.decide) } }
        : aggregate;
    return {
      send: (aggregate, id, command, context) => real.send(bent(aggregate), id, command, context) as never,
      load: (aggregate, id, atLeast) => real.load(aggregate, id, atLeast),
      converse: (aggregate, id, next, isNew) => real.converse(bent(aggregate), id, next, isNew) as never,
    };
  };

const withoutOpenPayments = (recorded: Recorded): Recorded => {
  const { openPayments: _open, ...event } = recorded.event as WorkflowEventOf<'RunClosed'>;
  return { ...recorded, event };
};

const without = (real: TimerStore, lost: RegExp): TimerStore => ({
  set: (timers) => real.set(timers.filter(({ id }) => !lost.test(id))),
  cancel: (ids) => real.cancel(ids),
  cancelPrefix: (prefix) => real.cancelPrefix(prefix),
  due: (now, limit) => real.due(now, limit),
  done: (timer) => real.done(timer),
  again: (timer, dueAt) => real.again(timer, dueAt),
  inherit: () => real.inherit(),
});

const storing = (real: EventStore, append: EventStore['append']): EventStore => ({
  append,
  read: (stream, options) => real.read(stream, options),
  readAll: (options) => real.readAll(options),
  subscribe: (options) => real.subscribe(options),
  head: () => real.head(),
  close: () => real.close(),
});

const paying = (real: Payer, wrong: Partial<Payer>): Payer => ({
  quote: (call) => real.quote(call),
  prepare: (quote, paymentId) => real.prepare(quote, paymentId),
  submit: (call, prepared) => real.submit(call, prepared),
  find: (prepared, quote) => real.find(prepared, quote),
  isExpired: (prepared) => real.isExpired(prepared),
  ...wrong,
});

/** Reads, and forgets what was to be written. */
const readOnly = (sql: Transaction): Transaction => ({
  query: (text, values) => sql.query(text, values),
  send: () => undefined,
  sent: () => sql.sent(),
});

const isExecuting = (state: WorkflowState): state is Executing => state.status === 'executing';

/** The workflow's decider, shown a plan that was changed on the way. */
const withSteps = (change: (state: Executing) => Executing) =>
  deciding('workflow', (real) => (command, state) => {
    const now = state as WorkflowState;
    return real(command, (isExecuting(now) ? change(now) : now) as never);
  });

const isUndoing = (state: WorkflowState): state is Draining | Compensating =>
  state.status === 'draining' || state.status === 'compensating';

/** The same once the run is being brought to its end. */
const whileEnding = (change: <S extends Draining | Compensating>(state: S) => S) =>
  deciding('workflow', (real) => (command, state) => {
    const now = state as WorkflowState;
    return real(command, (isUndoing(now) ? change(now) : now) as never);
  });

/** Completed steps that lack something they should be known by. */
const forgetting = (steps: Progress['steps'], key: 'child' | 'from'): Progress['steps'] =>
  Object.fromEntries(
    Object.entries(steps).map(([id, step]) => {
      if (step.status !== 'completed') return [id, step];
      const { [key]: _forgotten, ...rest } = step;
      return [id, rest as typeof step];
    }),
  );

/** Calls of services as if something else had been planned. */
const calling =
  (wrong: (step: PlanStep & { readonly service: BoundService }, planned: BoundService) => PlanStep) =>
  (real: StepExecutor): StepExecutor =>
  (work) => {
    const { step, run } = work;
    const { service } = step;
    const planned = run.plan.steps.find(({ id }) => id === step.id)?.service;
    return real(service && planned ? { ...work, step: wrong({ ...step, service }, planned) } : work);
  };

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'child-told-done',
    what: 'However a workflow ends that is a step of another, that step is told it completed',
    dispatch: deciding(
      'workflow',
      (real) => (command, state) =>
        real(command.type === 'ReportChild' ? { ...command, outcome: 'completed' } : command, state),
    ),
  },
  {
    name: 'child-cost-forgotten',
    what: 'What a workflow has spent that is a step of another is not told to that one',
    dispatch: deciding(
      'workflow',
      (real) => (command, state) =>
        real(command.type === 'ReportChild' ? { ...command, cost: 0n } : command, state),
    ),
  },
  {
    name: 'signal-taken-twice',
    what: 'That a signal was taken is forgotten: the next step that waits for its name takes it again',
    dispatch: withSteps((state) => ({
      ...state,
      ...(state.signals && {
        signals: Object.fromEntries(
          Object.entries(state.signals).map(([id, { name, payload }]) => [id, { name, payload }]),
        ),
      }),
    })),
  },
  {
    name: 'signal-not-looked-for',
    what: 'A step that begins to wait does not see the signal that came before it',
    dispatch: deciding('workflow', (real) => (command, state) => {
      const now = state as WorkflowState;
      const deaf = command.type === 'StartWait' && isExecuting(now) ? { ...now, signals: {} } : now;
      return real(command, deaf as never);
    }),
  },
  {
    name: 'signed-anew-unchecked',
    what: 'A payment is signed anew without asking the chain whether the first bytes have expired',
    payer: (real) => paying(real, { isExpired: async () => true }),
  },
  {
    name: 'service-believed',
    what: 'A payment counts as settled because the chain was not asked',
    payer: (real) =>
      paying(real, {
        find: async (prepared) => ({ signature: `6${prepared.memo.slice(-40)}`, slot: 1n }),
      }),
  },
  {
    name: 'memory-taken-for-news',
    what: 'What a process remembers counts as newer than every event: what it does not know of yet is taken for done',
    memory: (real) => ({
      known: (aggregate, id) => {
        const known = real.known(aggregate, id);
        return known && { ...known, revision: Number.POSITIVE_INFINITY };
      },
    }),
  },
  {
    name: 'checkpoint-too-early',
    what: 'A saga saves that it stands at the newest event before the reactions to it are done',
    checkpoints: (real) => {
      let newest: Position | undefined;
      return {
        load: (subscriber) => real.load(subscriber),
        claim: async (claims) => {
          const standing = [...(await real.claim(claims))];
          const tooFar = (saved: Position) => (newest !== undefined && newest > saved ? newest : saved);
          return new Map(standing.map(([subscriber, saved]) => [subscriber, saved && tooFar(saved)]));
        },
        save: (moves) => {
          for (const { position } of moves) if (newest === undefined || position > newest) newest = position;
          return real.save(moves);
        },
      };
    },
  },
  {
    name: 'dependency-ignored',
    what: 'The scheduler does not wait for the last of the dependencies of a step',
    dispatch: withSteps((state) => ({
      ...state,
      plan: {
        ...state.plan,
        steps: state.plan.steps.map((step) => ({ ...step, dependencies: step.dependencies.slice(0, -1) })),
      },
    })),
  },
  {
    name: 'branch-ignored',
    what: 'A step is run though its condition chose the other branch',
    dispatch: withSteps((state) => ({
      ...state,
      plan: { ...state.plan, steps: state.plan.steps.map(({ when: _when, ...step }) => step) },
    })),
  },
  {
    name: 'captured-twice',
    what: 'A capture that is repeated is not recognised: neither by its command nor by its payment',
    dispatch: (real) => {
      let sent = 0;
      const forgetful = deciding(escrow.category, (decide) => (command, state) => {
        const account = state as { readonly status: string };
        const captures = PersistentMap.empty();
        return decide(command, (account.status === 'open' ? { ...account, captures } : account) as never);
      })(real);
      return {
        ...forgetful,
        send: (aggregate, id, command, context) =>
          forgetful.send(
            aggregate,
            id,
            command,
            command.type === 'CaptureHold'
              ? { ...context, commandId: `${context.commandId}/${context.causationId}/${++sent}` }
              : context,
          ),
      };
    },
  },
  {
    name: 'stale-result-accepted',
    what: 'The result of an attempt that was given up is taken for that of the newest one',
    dispatch: deciding('workflow', (real) => (command, state) => {
      const now = state as WorkflowState;
      const step = isExecuting(now) ? now.steps[String(command['stepId'])] : undefined;
      if (command.type !== 'StepCompleted' || !step || !('attempt' in step)) return real(command, state);
      const events = real({ ...command, attempt: step.attempt }, state);
      return events.map((event) =>
        event.type === 'StepCompleted' ? { ...event, attempt: command['attempt'] } : event,
      );
    }),
  },
  {
    name: 'released-before-captured',
    what: 'Captures and releases of one workflow travel side by side instead of one after the other',
    saga: (real) =>
      real.name === 'settle-escrow' ? { ...real, correlate: (recorded) => recorded.id } : real,
  },
  {
    name: 'deadline-never-fires',
    what: 'The timers of deadlines, drains and lost attempts are never set',
    timers: (real) => without(real, /\/(deadline|drain|timeout)$/),
  },
  {
    name: 'retry-never-fires',
    what: 'The timer of a retry is never set, nor the deadline that would end the wait',
    timers: (real) => without(real, /\/(retry|deadline)$/),
  },
  {
    name: 'approval-never-expires',
    what: 'The timer of an approval is never set',
    timers: (real) => without(real, /\/apr_/),
  },
  {
    name: 'approved-twice',
    what: 'An approval is accepted whatever has become of the workflow',
    dispatch: deciding('workflow', (real) => (command, state) => {
      const now = state as WorkflowState;
      if (command.type !== 'Approve' || !('plan' in now) || !now.plan || now.status === 'awaiting_approval')
        return real(command, state);
      const request = { requestId: 'apr_1', reason: 'initial', expiresAt: '9999-01-01T00:00:00.000Z' };
      return real(command, { ...now, status: 'awaiting_approval', request } as never);
    }),
  },
  {
    name: 'price-unchecked',
    what: 'What a service asks is authorized whatever the plan allows',
    dispatch: deciding(
      payment.category,
      (real) => (command, state) =>
        real(
          command.type === 'AuthorizePayment' ? { ...command, ceiling: toMicros(10n ** 12n) } : command,
          state,
        ),
    ),
  },
  {
    name: 'recipient-unchecked',
    what: 'Whoever a service names is paid',
    dispatch: deciding(payment.category, (real) => (command, state) => {
      const { quote } = state as { readonly quote?: object };
      const approved = quote ?? command['approved'];
      return real(command.type === 'AuthorizePayment' ? { ...command, approved } : command, state);
    }),
  },
  {
    name: 'acknowledged-too-early',
    what: 'Now and then an append is answered before it is durable, and then lost',
    store: (real) => {
      let appends = 0;
      return storing(real, async (stream, events, expected) => {
        if (++appends % 40 !== 0) return real.append(stream, events, expected);
        const revision = (typeof expected === 'number' ? expected : -1) + events.length;
        return { revision, position: await real.head() };
      });
    },
  },
  {
    name: 'conflicts-unseen',
    what: 'The store takes every append, whatever revision was expected',
    store: (real) => storing(real, (stream, events) => real.append(stream, events, 'any')),
  },
  {
    name: 'undone-in-any-order',
    what: 'What is to be undone is undone all at once, whatever depends on it',
    dispatch: whileEnding((state) => ({
      ...state,
      plan: { ...state.plan, steps: state.plan.steps.map((step) => ({ ...step, dependencies: [] })) },
    })),
  },
  {
    name: 'undone-unfinished',
    what: 'A step that was given up on the way is undone as if it had been done',
    dispatch: whileEnding((state) => ({
      ...state,
      steps: Object.fromEntries(
        Object.entries(state.steps).map(([id, step]) => [
          id,
          step.status === 'cancelled' ? { ...step, status: 'completed' } : step,
        ]),
      ) as typeof state.steps,
    })),
  },
  {
    name: 'undone-again',
    what: 'An operator who has a rollback tried again has all of it tried, not what failed',
    dispatch: deciding('workflow', (real) => (command, state) => {
      const now = state as WorkflowState;
      if (command.type !== 'RetryCompensation' || now.status !== 'compensation_failed')
        return real(command, state);
      const undos = Object.entries(now.undos).map(([id, undo]) => [id, { ...undo, status: 'failed' }]);
      return real(command, { ...now, undos: Object.fromEntries(undos) } as never);
    }),
  },
  {
    name: 'rollback-forgotten',
    what: 'A run that was drained closes without a look at what it did',
    dispatch: whileEnding((state) =>
      state.status === 'draining' ? { ...state, rollback: false as const } : state,
    ),
  },
  {
    name: 'kept-forgotten',
    what: 'A run that is resumed forgets one of the steps it was to keep',
    dispatch: deciding(
      'workflow',
      (real) => (command, state) =>
        real(command, state).map((event) =>
          event.type === 'RetryRequested' && 'kept' in event
            ? { ...event, kept: (event.kept as readonly unknown[]).slice(1) }
            : event,
        ),
    ),
  },
  {
    name: 'taken-for-the-owner',
    what: 'Whoever names something counts as the one it belongs to',
    principal: (real, owner) => ({ ...real, userId: owner }),
  },
  {
    name: 'words-in-clear',
    what: 'What a model said of a request is stored as it said it',
    dispatch: deciding(
      'workflow',
      (real) => (command, state) =>
        real(command, state).map((event) =>
          event.type === 'IntentClassified' ? { ...event, classification: WORDS } : event,
        ),
    ),
  },
  {
    name: 'receipt-garbled',
    what: 'A receipt is kept with another sum than it was signed with',
    artifacts: (real) => ({
      get: (sha256) => real.get(sha256),
      has: (sha256) => real.has(sha256),
      delete: (sha256) => real.delete(sha256),
      put: (bytes) => {
        const text = new TextDecoder().decode(bytes);
        const other = text.replace(/"totalCost":"[1-9]\d*"/, '"totalCost":"1"');
        return real.put(text.includes('quittance-receipt') ? new TextEncoder().encode(other) : bytes);
      },
    }),
  },
  {
    name: 'receipt-from-memory',
    what: 'A receipt is made from what a process remembers, in which every step took one attempt more',
    dispatch: (real) => ({
      ...real,
      send: (aggregate, id, command, context) => real.send(aggregate, id, command, context),
      converse: (aggregate, id, next, isNew) => real.converse(aggregate, id, next, isNew),
      load: async (aggregate, id, atLeast) => {
        const loaded = await real.load(aggregate, id, atLeast);
        const now = loaded.state as WorkflowState;
        if (now.status !== 'closed' || !now.progress) return loaded;
        const steps = Object.entries(now.progress.steps).map(([stepId, step]) => [
          stepId,
          step.status === 'completed' ? { ...step, attempt: step.attempt + 1 } : step,
        ]);
        const progress = { ...now.progress, steps: Object.fromEntries(steps) };
        return { ...loaded, state: { ...now, progress } as never };
      },
    }),
  },
  {
    name: 'checkpoint-without-rows',
    what: 'The checkpoint of a read model moves although, now and then, its rows are lost',
    readModels: (real) => {
      let writes = 0;
      return {
        prepare: (model) => real.prepare(model),
        advance: (name, from, to, write, epoch) =>
          real.advance(
            name,
            from,
            to,
            (sql, parking) => write(++writes % 25 === 0 ? readOnly(sql) : sql, parking),
            epoch,
          ),
        standing: (model, write) => real.standing(model, write),
        parked: () => real.parked(),
      };
    },
  },
  {
    name: 'numbers-from-memory',
    what: 'The timeline is numbered from what a process remembers, not from what stands in the table',
    projection: (real) => {
      if (real.name !== 'timeline') return real;
      const known = new Map<string, object[]>();
      return {
        ...real,
        project: (events, sql) => {
          const query: Sql['query'] = async (text, values) => {
            if (!text.startsWith('select id as')) return sql.query(text, values);
            const key = JSON.stringify(values);
            const rows = known.get(key) ?? (await sql.query(text, values)).rows;
            known.set(key, rows as object[]);
            return { rows: rows as never };
          };
          const [send, sent] = [sql.send.bind(sql), sql.sent.bind(sql)];
          return real.project(events, { query, send, sent }, new Memory());
        },
      };
    },
  },
  {
    name: 'resumed-behind-the-group',
    what: 'Who comes again in the middle of messages that are kept together is told from those after them',
    reading: (real) => ({
      query: async (text, values = []) => {
        const { rows } = await real.query<Record<string, unknown>>(text, values);
        if (!text.includes('rm_workflow_timeline_groups')) return { rows: rows as never };
        return { rows: rows.filter(({ seq }) => Number(seq) >= Number(values[1])) as never };
      },
    }),
  },
  {
    name: 'not-asked',
    what: 'What cannot be undone is begun without a word of the owner, though nobody looked at the plan',
    dispatch: deciding('workflow', (real) => (command, state) => {
      const now = state as WorkflowState;
      if (!('approval' in now) || !now.approval?.automatic) return real(command, state);
      return real(command, { ...now, approval: { ...now.approval, automatic: false } } as never);
    }),
  },
  {
    name: 'pause-forgotten',
    what: 'A step that completes while its run is paused brings the next one on',
    dispatch: deciding('workflow', (real) => (command, state) => {
      const now = state as WorkflowState;
      const goesOn = command.type === 'StepCompleted' && now.status === 'paused';
      return real(command, (goesOn ? { ...now, status: 'executing' } : now) as never);
    }),
  },
  {
    name: 'undoing-held-twice',
    what: 'Twice what undoing a workflow may cost is split off the hold of its parent',
    dispatch: deciding(
      escrow.category,
      (real) => (command, state) =>
        real(command, state).map((event) =>
          event.type === 'HoldSplit' && /u\d+$/.test(String(command['holdId']))
            ? { ...event, amount: `${2n * BigInt(String(command['amount']))}` }
            : event,
        ),
    ),
  },
  {
    name: 'grandchild-left',
    what: 'A workflow that is undone with its parent leaves the workflows as they are that were its own steps',
    dispatch: deciding('workflow', (real) => (command, state) => {
      const now = state as WorkflowState;
      if (command.type !== 'RequestRollback' || now.status !== 'closed' || !now.progress)
        return real(command, state);
      const steps = forgetting(now.progress.steps, 'child');
      return real(command, { ...now, progress: { ...now.progress, steps } } as never);
    }),
  },
  {
    name: 'fork-forgets',
    what: 'A fork forgets the first of the steps it was to keep',
    dispatch: deciding('workflow', (real) => (command, state) => {
      const events = real(command, state);
      return events.filter((event) => event !== events.find(({ type }) => type === 'StepKept'));
    }),
  },
  {
    name: 'fork-undoes-what-it-kept',
    what: 'A fork that fails undoes what was done in the workflow it goes on from',
    dispatch: whileEnding((state) => ({ ...state, steps: forgetting(state.steps, 'from') })),
  },
  {
    name: 'fallback-at-any-price',
    what: 'A step that goes to another service may cost what that one asks',
    executor: calling((step) => ({
      ...step,
      maxCost: BigInt(step.service.price) > BigInt(step.maxCost) ? step.service.price : step.maxCost,
    })),
  },
  {
    name: 'fallback-with-the-same-payment',
    what: 'A service is sent what was signed for the one that was given up',
    executor: calling((step, planned) => ({ ...step, service: { ...step.service, id: planned.id } })),
  },
  {
    name: 'fallback-without-end',
    what: 'Which services were given up for a step is forgotten',
    dispatch: withSteps((state) => ({
      ...state,
      ...(state.rounds && {
        rounds: Object.fromEntries(
          Object.entries(state.rounds).map(([id, round]) => [id, { ...round, givenUp: [] }]),
        ),
      }),
    })),
  },
  {
    name: 'receipt-asked-for-once',
    what: 'The timer that asks for a receipt again is never set',
    timers: (real) => without(real, /^receipt\//),
  },
  {
    name: 'deposit-looked-for-once',
    what: 'The timer that has a deposit looked for again is never set',
    timers: (real) => without(real, /^deposit\/.*\/last$/),
  },
  {
    name: 'batch-asked-for-once',
    what: 'The timer that has the next piece of a batch made, or cancelled, is never set',
    timers: (real) => without(real, /^batch\/.*\/again$/),
  },
  {
    name: 'released-while-it-pays',
    what: 'The hold of a run is given back as it ends, though what was signed for it may still land',
    saga: (real) =>
      real.name === 'settle-escrow'
        ? { ...real, react: (recorded, state) => real.react(withoutOpenPayments(recorded), state) }
        : real,
  },
  {
    name: 'reduced-to-nothing',
    what: 'The hold of a run that is over keeps nothing for what was signed and may still land',
    dispatch: (real) => ({
      ...real,
      load: (aggregate, id, atLeast) => real.load(aggregate, id, atLeast),
      converse: (aggregate, id, next, isNew) => real.converse(aggregate, id, next, isNew),
      send: (aggregate, id, command, context) =>
        real.send(
          aggregate,
          id,
          command.type === 'ReduceHold' ? ({ ...command, keep: ZERO } as never) : command,
          context,
        ),
    }),
  },
  {
    name: 'withdrawal-looked-for-once',
    what: 'The timer that has a withdrawal looked for again is never set',
    timers: (real) => without(real, /^wdr_.*\/look\/last$/),
  },
  {
    name: 'payout-looked-for-once',
    what: 'The timer that has a settlement looked for again is never set',
    timers: (real) => without(real, /^stl_.*\/look\/.*last$/),
  },
  {
    name: 'transfer-taken-for-lost',
    what: 'A withdrawal is signed again as soon as the chain does not show it',
    sender: (real) => ({
      recipient: (wallet) => real.recipient(wallet),
      prepare: (transfers, memo) => real.prepare(transfers, memo),
      broadcast: (transfer) => real.broadcast(transfer),
      fate: async (transfer) => {
        const fate = await real.fate(transfer);
        if (fate.status !== 'pending') return fate;
        return { status: 'expired', height: transfer.lastValidBlockHeight + 1n };
      },
    }),
  },
  {
    name: 'answer-not-looked-for',
    what: 'The timer that asks what became of a payment that was confirmed is never set',
    timers: (real) => without(real, /\/look\/delivery$/),
  },
  {
    name: 'limits-of-services-forgotten',
    what: 'A call is let through whatever its service is limited to',
    limits: (real) => ({
      admit: ({ service: _any, ...flow }) => real.admit(flow),
      onRelease: (listener) => real.onRelease(listener),
    }),
  },
  {
    name: 'place-never-given-back',
    what: 'Who takes a turn that comes to nothing keeps its place among the calls',
    limits: (real) => ({
      onRelease: (listener) => real.onRelease(listener),
      admit: async (flow) => {
        const admission = await real.admit(flow);
        if (!admission.admitted) return admission;
        const { permit } = admission;
        return { admitted: true, permit: { release: (unused) => unused ?? permit.release() } };
      },
    }),
  },
  {
    name: 'asked-for-ever',
    what: 'What asks for a job again is not cancelled when it is done',
    timers: (real) => ({
      ...without(real, /^$/),
      cancel: (ids) => real.cancel(ids.filter((id) => !id.endsWith('/again'))),
    }),
  },
  {
    name: 'mandate-without-a-sum',
    what: 'What a mandate was used for is forgotten when it is used again',
    dispatch: deciding('mandate', (real) => (command, state) => {
      const now = state as MandateState;
      return real(command, (now.status === 'none' ? now : { ...now, used: ZERO }) as never);
    }),
  },
  {
    name: 'mandate-share-kept',
    what: 'What a run did not spend is not given back to its mandate',
    saga: (real) => ({ ...real, handles: real.handles.filter((type) => type !== 'MandateShareSettled') }),
  },
];
