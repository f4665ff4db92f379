import { escrow } from '../../src/commands/escrow/decide.js';
import { availableOf } from '../../src/commands/escrow/state.js';
import type { GrantMandate } from '../../src/commands/mandate/commands.js';
import { mandate } from '../../src/commands/mandate/decide.js';
import { user } from '../../src/commands/user/decide.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import type { WorkflowEvent, WorkflowEventOf } from '../../src/events/workflow.js';
import type { Principal } from '../../src/identity/principal.js';
import { isRefusal } from '../../src/kernel/errors.js';
import { type Micros, toMicros } from '../../src/kernel/money.js';
import { isoTime, plusMs } from '../../src/kernel/time.js';
import type { Chance } from '../../src/ports/clock.js';
import { approveWorkflow } from '../../src/requests/approve-workflow.js';
import type { BatchBody } from '../../src/requests/batch-body.js';
import { type Caller, contextOf } from '../../src/requests/caller.js';
import { cancelBatch } from '../../src/requests/cancel-batch.js';
import { cancelWorkflow } from '../../src/requests/cancel-workflow.js';
import { answerStep } from '../../src/requests/confirm-step.js';
import { createBatch } from '../../src/requests/create-batch.js';
import type { CreateBody } from '../../src/requests/create-body.js';
import { createWorkflow } from '../../src/requests/create-workflow.js';
import { forkWorkflow } from '../../src/requests/fork-workflow.js';
import { pauseWorkflow, resumeWorkflow } from '../../src/requests/pause-workflow.js';
import { rateWorkflow } from '../../src/requests/rate-workflow.js';
import { requestPayout, retryPayout } from '../../src/requests/request-payout.js';
import { requestRefund } from '../../src/requests/request-refund.js';
import { requestWithdrawal } from '../../src/requests/request-withdrawal.js';
import { retryWorkflow } from '../../src/requests/retry-workflow.js';
import { revokeMandate } from '../../src/requests/revoke-mandate.js';
import { sendSignal } from '../../src/requests/send-signal.js';
import { settleRollback } from '../../src/requests/settle-rollback.js';
import type { SimulatedEngine } from './engine.js';
import { changesOf, Forks } from './forks.js';
import type { Judge } from './judge.js';
import { WORDS } from './plans.js';
import type { PlantedBug } from './planted-bugs.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

type Awaited = Pick<WorkflowEventOf<'StepWaitStarted'>, 'signal' | 'stepId' | 'runNo'>;
type Call = (engine: SimulatedEngine, caller: Caller) => Promise<unknown>;

/** What a wallet would sign. */
export type MandateTerms = Pick<GrantMandate, 'maxTotal' | 'maxPerTransaction' | 'allowedRecipients'> & {
  readonly forMs: number;
};

/** How long a user waits for an answer before asking again, ms, and how often. */
const PATIENCE = 15_000;
const TRIES = 8;
/** Who asks for more runs of one workflow than this would never be done. */
const MOST_RUNS = 3;
/** How often what is over is forked. */
const FORKING = 0.3;
/** After so many rounds an operator sees to it by hand. */
const MOST_ROUNDS = 2;
const OPERATOR = 'user_operator';
/** A mandate that is not granted yet, or over. */
const NO_MANDATE: readonly string[] = ['NOT_FOUND', 'MANDATE_REVOKED', 'MANDATE_EXPIRED'];
/** What is wrong for now only. */
const PASSING: readonly string[] = ['INSUFFICIENT_ESCROW', 'RECEIPT_NOT_READY'];

/**
 * People who deposit, ask, approve, change their minds in any state, press twice, try again, rate, and ask once more
 * when nobody answers; and an operator who sees to rollbacks that failed.
 */
export class Users {
  /** plans of theirs that are not carried out yet */
  busy = 0;
  private calls = 0;
  private readonly rounds = new Map<string, number>();
  private readonly forks: Forks;
  /** by user */
  private readonly mandates = new Map<string, string>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    /** a process that answers calls, if one is up */
    private readonly anyEngine: () => SimulatedEngine | undefined,
    private readonly judge: Pick<Judge, 'trespassed' | 'family'>,
    private readonly bug: PlantedBug | undefined,
  ) {
    this.forks = new Forks(random);
  }

  deposit(userId: string, signature: string, amount: Micros): void {
    this.ask(userId, 'deposit', async ({ dispatch, process }, caller) => {
      const at = isoTime(process.now());
      const account = { userId, wallet: `W${userId}`, network: 'solana:simulated', asset: 'USDC', at };
      const of = (name: string) => contextOf(caller, name, userId);
      await dispatch.send(escrow, userId, { type: 'OpenEscrowAccount', ...account }, of('open'));
      await dispatch.send(
        user,
        userId,
        { type: 'RegisterUser', userId, roles: ['user'], at },
        of('register'),
      );
      await dispatch.send(user, userId, { type: 'LinkWallet', wallet: `W${userId}` }, of('link'));
      const submitted = { signature, amount, at, expiresAt: plusMs(at, 1_800_000) };
      await dispatch.send(escrow, userId, { type: 'SubmitDeposit', ...submitted }, of('submit'));
    });
  }

  /** Some or all of what is there leaves: to its owner's wallet, or to others who are owed it. */
  moveMoney(userId: string): void {
    const { random } = this;
    const share = random.pick([0, 1, 30, 100, 100]);
    const sum = (all: Micros) => toMicros(share === 0 ? 1_000n : (all * BigInt(share)) / 100n);
    if (random.chance(0.6)) this.withdraw(userId, sum);
    else this.payOut(userId, sum);
  }

  private payOut(userId: string, sum: (available: Micros) => Micros): void {
    const { random } = this;
    const from = random.pick(['escrow', 'escrow', 'platform', 'reserve'] as const);
    const names = Array.from({ length: random.between(1, 4) }, (_, nth) => `${nth + 1}`);
    this.ask(
      userId,
      'pay out',
      async (engine, caller) => {
        const all = from === 'escrow' ? await availableTo(engine, userId) : toMicros(3_000n);
        const each = sum(all) / BigInt(names.length);
        const dues = names.map((name) => ({
          recipient: `P${name}`,
          amount: toMicros(each < 100n ? 100n : each),
          reference: `session_${name}`,
        }));
        const { dispatch, chain, process } = engine;
        const parts = {
          dispatch,
          chain,
          clock: process,
          chance: random,
          settings: { payoutSplit: '90/7/3' },
        };
        await requestPayout(parts, { ...caller, onceId: caller.callId }, { from, dues });
      },
      ['user', 'operator'],
    );
    // what it earned the platform is paid to somebody, too
    if (from === 'escrow' && random.chance(0.5)) this.later(60_000, () => this.moveMoney(userId));
  }

  private withdraw(userId: string, sum: (available: Micros) => Micros): void {
    const { random } = this;
    let amount: Micros | undefined;
    const destination = `W${userId}`;
    this.ask(userId, 'withdraw', async (engine, caller) => {
      // asked again, it is the same withdrawal
      amount ??= sum(await availableTo(engine, userId));
      const { dispatch, process } = engine;
      const parts = { dispatch, clock: process, chance: random };
      await requestWithdrawal(parts, { ...caller, onceId: caller.callId }, { amount, destination });
    });
    if (random.chance(0.1))
      this.later(random.between(0, 5_000), () =>
        this.ask(userId, 'unlink', ({ dispatch }, caller) => {
          const unlink = { type: 'UnlinkWallet', wallet: destination } as const;
          return dispatch.send(user, userId, unlink, contextOf(caller, 'unlink', userId));
        }),
      );
  }

  /** @param endsAfter ms after it was made, if it is given up */
  batch(userId: string, body: BatchBody, endsAfter: number | undefined): void {
    let made: string | undefined;
    this.ask(userId, 'ask for a batch', async (engine, caller) => {
      const { batchId } = await createBatch(
        { ...engine, chance: this.random },
        { ...caller, onceId: caller.callId },
        body,
      );
      if (made === undefined && endsAfter !== undefined)
        this.later(endsAfter, () => this.endBatch(userId, batchId));
      made = batchId;
    });
  }

  private endBatch(userId: string, batchId: string): void {
    this.ask(userId, 'cancel a batch', ({ dispatch, process }, caller) =>
      cancelBatch({ dispatch, clock: process }, caller, batchId),
    );
  }

  /** What could not be paid is tried again, now and then to another wallet. */
  retryPayout(settlementId: string, item: number): void {
    const { random } = this;
    if (random.chance(0.3)) return;
    const recipient = random.chance(0.3) ? 'P9' : undefined;
    const retry: Call = ({ dispatch, chain, process }, caller) =>
      retryPayout({ dispatch, chain, clock: process }, caller, settlementId, { item, recipient });
    const ms = random.pick([0, 0, 500, 30_000]);
    this.later(ms, () => this.ask(OPERATOR, 'retry a payout', retry));
    if (random.chance(0.2))
      this.later(ms + random.between(0, 20), () => this.ask(OPERATOR, 'retry it too', retry));
  }

  /** @param terms of the mandate; what it names may be anybody, or nobody */
  grant(userId: string, mandateId: string, terms: MandateTerms): void {
    const { random } = this;
    this.mandates.set(userId, mandateId);
    this.ask(userId, 'grant', async ({ dispatch, process }, caller) => {
      const { forMs, ...limits } = terms;
      const now = process.now();
      const account = { userId, wallet: `W${userId}`, network: 'solana:simulated', asset: 'USDC' };
      const signed = { message: `the mandate ${mandateId}`, signature: 'S'.repeat(88) };
      const command: GrantMandate = {
        ...{ type: 'GrantMandate', at: isoTime(now), mandateId, expiresAt: isoTime(now + forMs) },
        ...{ ...account, ...limits, ...signed },
      };
      await dispatch.send(mandate, mandateId, command, contextOf(caller, 'grant', mandateId));
    });
    if (random.chance(0.2))
      this.later(random.between(0, 60_000), () =>
        this.ask(userId, 'revoke', ({ dispatch, process }, caller) =>
          revokeMandate({ dispatch, clock: process }, caller, mandateId),
        ),
      );
  }

  create(userId: string, workflowId: string, wanted: Pick<CreateBody, 'input' | 'plan'>): void {
    const { random } = this;
    const body = {
      ...wanted,
      maxTime: random.pick([20_000, 60_000, 300_000]),
      maxCost: random.pick([0, 0, 0, 0.05]),
      verificationLevel: random.pick(['basic', 'basic', 'full'] as const),
      autoApprove: random.chance(0.3),
      ...(random.chance(0.2) && { onExhausted: 'pause' as const }),
    };
    const mandateId = random.chance(0.6) ? this.mandates.get(userId) : undefined;
    this.ask(userId, 'create', async (engine, caller) => {
      // a second try finds the first: what is sealed anew is not the same request
      if ((await engine.dispatch.load(workflow, workflowId)).state.status !== 'none') return;
      const parts = { ...engine, chance: this.naming(workflowId) };
      const under = mandateId !== undefined && { mandateId, autoApprove: false };
      await createWorkflow(parts, caller, { ...body, ...under }).catch((error: unknown) => {
        if (!under || !isRefusal(error) || !NO_MANDATE.includes(error.code)) throw error;
        return createWorkflow(parts, caller, body);
      });
    });
  }

  /** What a user does about something that has become known of his workflow. */
  hear(userId: string, workflowId: string, event: WorkflowEvent): void {
    const { random } = this;
    if (random.chance(0.004)) this.cancel(userId, workflowId, random.between(0, 300));
    if (random.chance(0.002)) this.settle(workflowId, random.between(0, 300), random.chance(0.5));
    if (random.chance(0.01)) this.trespass(userId, workflowId);
    if (random.chance(0.01)) this.pause(userId, workflowId, random.between(0, 300));
    switch (event.type) {
      case 'PlanProposed':
        this.forks.know(workflowId, event.plan);
        return;
      case 'ApprovalRequested':
        this.answer(userId, workflowId);
        return;
      case 'PlanningStarted':
        if (random.chance(0.04)) this.cancel(userId, workflowId, random.pick([0, 5, 100, 2_000]));
        return;
      case 'StepWaitStarted':
        if (event.signal !== undefined) this.signal(userId, workflowId, event);
        return;
      case 'StepConfirmationRequested':
        this.confirm(userId, workflowId, event.stepId);
        return;
      case 'ExecutionPaused':
        if (event.reason === 'by_owner' || event.reason === 'retries_exhausted')
          this.resume(userId, workflowId, event.stepId);
        // nobody may be let: it is not over
        if (random.chance(0.05)) this.fork(userId, workflowId);
        return;
      case 'WorkflowApproved':
        if (random.chance(0.03)) this.cancel(userId, workflowId, random.between(0, 10));
        // what it undoes then must be its own
        else if (this.forks.has(workflowId) && random.chance(0.3))
          this.cancel(userId, workflowId, random.between(0, 400));
        return;
      case 'CompensationStarted':
        if (random.chance(0.1)) this.cancel(userId, workflowId, random.between(0, 500));
        return;
      case 'CompensationFailed':
        if (random.chance(0.1)) this.cancel(userId, workflowId, random.between(0, 500));
        this.operate(workflowId);
        if (random.chance(0.6)) this.fork(userId, workflowId);
        return;
      case 'RunClosed':
        this.conclude(userId, workflowId, event);
        return;
      default:
    }
  }

  /** A payment that bought nothing is asked back by hand, now and then while its answer is on its way. */
  refund(userId: string, paymentId: string): void {
    const { random } = this;
    const claim: Call = ({ dispatch, process }, caller) =>
      requestRefund({ dispatch, clock: process }, caller, paymentId);
    const ms = random.pick([0, 50, 5_000, 60_000]);
    this.later(ms, () => this.ask(userId, 'ask back', claim));
    if (random.chance(0.2)) this.later(ms + random.between(0, 20), () => this.ask(userId, 'too', claim));
  }

  /** Somebody else tries what only the owner may, and nobody may be let. */
  private trespass(owner: string, workflowId: string): void {
    const stranger = 'user_stranger';
    const [what, call] = this.random.pick<readonly [string, Call]>([
      [
        'approve',
        ({ dispatch, clock }, caller) => approveWorkflow({ dispatch, clock }, caller, workflowId, undefined),
      ],
      ['cancel', (engine, caller) => cancelWorkflow(engine, caller, workflowId, {})],
      ['retry', (engine, caller) => retryWorkflow(engine, caller, workflowId, 'restart')],
      ['rate', (engine, caller) => rateWorkflow(engine, caller, workflowId, { stars: 1 })],
      ['settle', (engine, caller) => settleRollback(engine, caller, workflowId, { type: 'retry' })],
    ]);
    this.later(this.random.between(0, 500), () =>
      this.ask(stranger, `${what} of another`, (engine, { principal, callId }) => {
        const seenAs = this.bug?.principal?.(principal, owner) ?? principal;
        return call(engine, { principal: seenAs, callId }).then(() => this.judge.trespassed(stranger, what));
      }),
    );
  }

  /** A plan is offered: most approve, some twice at once, some too late, some cancel, some never answer. */
  private answer(userId: string, workflowId: string): void {
    const { random } = this;
    const approve: Call = ({ dispatch, process }, caller) =>
      approveWorkflow({ dispatch, clock: process }, caller, workflowId, undefined);
    const mood = random.random();
    const thinking = random.pick([10, 2_000, 20_000, mood > 0.97 ? 899_990 : 100]);
    if (mood < 0.06) return;
    if (mood < 0.12) {
      this.cancel(userId, workflowId, thinking);
      return;
    }
    this.later(thinking, () => this.ask(userId, 'approve', approve));
    if (mood > 0.75)
      this.later(thinking + random.between(0, 30), () => this.ask(userId, 'approve again', approve));
    if (mood > 0.85) this.cancel(userId, workflowId, thinking + random.pick([5, 200, 3_000, 15_000]));
  }

  /** Says what a step waits for: soon, late or never, now and then twice, and now and then for the next one too. */
  private signal(userId: string, workflowId: string, { signal, stepId, runNo }: Awaited): void {
    const { random } = this;
    const say = (signalId: string): Call => {
      const sent = { name: signal!, payload: { said: WORDS }, signalId };
      return ({ dispatch, process, content }, caller) =>
        sendSignal({ dispatch, content, clock: process }, caller, workflowId, sent);
    };
    if (random.chance(0.1)) return;
    const ms = random.pick([0, 5, 500, 5_000, 40_000]);
    const id = `${runNo}-${stepId}`;
    this.later(ms, () => this.ask(userId, 'signal', say(id)));
    if (random.chance(0.2)) this.later(ms + random.between(0, 30), () => this.ask(userId, 'again', say(id)));
    if (random.chance(0.6)) this.later(ms, () => this.ask(userId, 'signal more', say(`${id}-more`)));
  }

  /** A step that cannot be undone, in a plan nobody looked at: its owner says yes, no, both at once, or nothing. */
  private confirm(userId: string, workflowId: string, stepId: string): void {
    const { random } = this;
    const say =
      (decision: 'confirm' | 'decline'): Call =>
      ({ dispatch, process }, caller) =>
        answerStep({ dispatch, clock: process }, caller, workflowId, stepId, decision);
    const mood = random.random();
    const ms = random.pick([0, 500, 20_000]);
    if (mood < 0.1) return;
    if (mood > 0.2) this.later(ms, () => this.ask(userId, 'confirm', say('confirm')));
    if (mood < 0.3) this.later(ms, () => this.ask(userId, 'decline', say('decline')));
  }

  private pause(userId: string, workflowId: string, ms: number): void {
    const pause: Call = ({ dispatch, process }, caller) =>
      pauseWorkflow({ dispatch, clock: process }, caller, workflowId);
    this.later(ms, () => this.ask(userId, 'pause', pause));
    if (this.random.chance(0.2)) this.later(ms + 5, () => this.ask(userId, 'pause again', pause));
  }

  /** What is paused goes on after a while, now and then without the step that gave cause, or is given up. */
  private resume(userId: string, workflowId: string, stepId: string | undefined): void {
    const { random } = this;
    const skip = stepId !== undefined && random.chance(0.4) ? [stepId] : [];
    const resume: Call = ({ dispatch, process }, caller) =>
      resumeWorkflow({ dispatch, clock: process }, caller, workflowId, skip);
    const ms = random.pick([10, 3_000, 60_000]);
    this.later(ms, () => this.ask(userId, 'resume', resume));
    if (random.chance(0.2)) this.later(ms + random.between(0, 20), () => this.ask(userId, 'too', resume));
    this.later(PATIENCE * TRIES * 2, () => this.ask(userId, 'give up what is paused', giveUp(workflowId)));
  }

  private cancel(userId: string, workflowId: string, ms: number): void {
    const { random } = this;
    const rollback = random.pick([undefined, undefined, true, false]);
    const reason = random.pick([undefined, WORDS]);
    const cancel: Call = ({ dispatch, process, content }, caller) =>
      cancelWorkflow({ dispatch, content, clock: process }, caller, workflowId, { rollback, reason });
    this.later(ms, () => this.ask(userId, 'cancel', cancel));
    if (random.chance(0.2)) this.later(ms + 10, () => this.ask(userId, 'cancel again', cancel));
  }

  /** A run is over: it is tried again where that may be (and where it may not), or rated. */
  private conclude(userId: string, workflowId: string, event: WorkflowEventOf<'RunClosed'>): void {
    const { random } = this;
    const { outcome, runNo } = event;
    const failed = outcome === 'failed' || outcome === 'expired';
    if (random.chance(failed ? 0.6 : 0.05) && runNo < MOST_RUNS) this.retry(userId, workflowId);
    if (random.chance(outcome === 'completed' ? 0.3 : 0.05)) this.rate(userId, workflowId);
    if (random.chance(0.03)) this.cancel(userId, workflowId, random.between(0, 1_000));
    if (random.chance(FORKING)) this.fork(userId, workflowId);
    // what was held is free, and may be gone in a moment
    if (random.chance(0.05)) this.withdraw(userId, (available) => available);
  }

  private retry(userId: string, workflowId: string): void {
    const { random } = this;
    const mode = random.pick(['resume', 'resume', 'restart'] as const);
    const retry: Call = ({ dispatch, process, content }, caller) =>
      retryWorkflow({ dispatch, content, clock: process }, caller, workflowId, mode);
    const ms = random.pick([0, 500, 5_000, 30_000]);
    this.later(ms, () => this.ask(userId, `retry ${mode}`, retry));
    if (random.chance(0.2))
      this.later(ms + random.between(0, 20), () => this.ask(userId, 'retry too', retry));
  }

  /** Goes on from any step of what is over, at once or later. */
  private fork(userId: string, sourceId: string, from?: string): void {
    const { random } = this;
    const wanted = this.forks.from(sourceId, from);
    if (!wanted) return;
    const { workflowId, body } = wanted;
    this.judge.family.willFork(workflowId, changesOf(body));
    const fork: Call = async (engine, caller) => {
      // a second try finds the first: what is sealed anew is not the same request
      if ((await engine.dispatch.load(workflow, workflowId)).state.status !== 'none') return;
      const parts = { ...engine, chance: this.naming(workflowId) };
      await forkWorkflow(parts, caller, sourceId, body).catch((error: unknown) => {
        if (from === undefined && isRefusal(error, 'STEP_NOT_READY'))
          this.fork(userId, sourceId, (error.figures['forkFrom'] as readonly string[])[0]);
        throw error;
      });
    };
    const ms = random.pick([0, 0, 50, 2_000, 40_000]);
    this.later(ms, () => this.ask(userId, 'fork', fork));
    if (random.chance(0.2)) this.later(ms + random.between(0, 20), () => this.ask(userId, 'fork too', fork));
  }

  private naming = (workflowId: string): Chance => ({
    random: () => this.random.random(),
    bytes: (length: number) => this.random.bytes(length),
    ulid: () => workflowId.slice(3),
  });

  private rate(userId: string, workflowId: string): void {
    const stars = this.random.between(1, 5);
    const rate: Call = ({ dispatch, content }, caller) =>
      rateWorkflow({ dispatch, content }, caller, workflowId, { stars, comment: WORDS });
    this.later(this.random.between(0, 5_000), () => this.ask(userId, 'rate', rate));
  }

  /** A rollback has failed: it is tried again, at most a few times, and then seen to by hand. */
  private operate(workflowId: string): void {
    const rounds = this.rounds.get(workflowId) ?? 0;
    this.rounds.set(workflowId, rounds + 1);
    const retries = rounds < MOST_ROUNDS && this.random.chance(0.6);
    const ms = this.random.pick([0, 1_000, 60_000]);
    this.settle(workflowId, ms, retries);
    if (this.random.chance(0.2)) this.settle(workflowId, ms + this.random.between(0, 20), !retries);
  }

  private settle(workflowId: string, ms: number, retries: boolean): void {
    const decision = retries
      ? ({ type: 'retry' } as const)
      : ({ type: 'resolve', note: 'Done by hand.' } as const);
    const settle: Call = ({ dispatch, process }, caller) =>
      settleRollback({ dispatch, clock: process }, caller, workflowId, decision);
    this.later(ms, () => this.ask(OPERATOR, decision.type, settle));
  }

  private later(ms: number, run: () => void): void {
    this.busy++;
    this.scheduler.after(ms, undefined, 'a user', () => {
      this.busy--;
      run();
    });
  }

  /** Until it is answered: by what was asked for, or by a refusal that asking again would not change. */
  private ask(
    userId: string,
    what: string,
    call: Call,
    roles: Principal['roles'] = userId === OPERATOR ? ['user', 'operator'] : ['user'],
  ): void {
    const principal = { userId, keyId: 'key_1', roles };
    const caller: Caller = { principal, callId: `call_${++this.calls}` };
    let answered = false;
    const attempt = (left: number) => {
      if (answered || left === 0) return;
      const engine = this.anyEngine();
      if (!engine) return this.later(1_000, () => attempt(left));
      this.scheduler.after(this.random.between(0, 3), engine.process, `${userId}: ${what}`, () => {
        call(engine, caller).then(
          () => {
            answered = true;
          },
          (error: unknown) => {
            if (!isRefusal(error)) this.scheduler.failures.push(error);
            else if (error.kind === 'terminal' && !PASSING.includes(error.code)) answered = true;
          },
        );
      });
      this.later(PATIENCE, () => attempt(left - 1));
    };
    attempt(TRIES);
  }
}

const availableTo = async ({ dispatch }: SimulatedEngine, userId: string): Promise<Micros> => {
  const { state } = await dispatch.load(escrow, userId);
  return state.status === 'open' ? availableOf(state) : toMicros(0n);
};

/** Nobody comes back to it any more. */
const giveUp =
  (workflowId: string): Call =>
  async (engine, caller) => {
    const { state } = await engine.dispatch.load(workflow, workflowId);
    if (state.status === 'paused' && !state.request) await cancelWorkflow(engine, caller, workflowId, {});
  };
