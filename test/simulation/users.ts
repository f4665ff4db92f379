import { escrow } from '../../src/commands/escrow/decide.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { places } from '../../src/content/content-store.js';
import { isRefusal } from '../../src/kernel/errors.js';
import { type Micros, toMicros } from '../../src/kernel/money.js';
import { isoTime, plusMs } from '../../src/kernel/time.js';
import { approveWorkflow } from '../../src/requests/approve-workflow.js';
import { type Caller, contextOf } from '../../src/requests/caller.js';
import type { SimulatedEngine } from './engine.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

type Call = (engine: SimulatedEngine, caller: Caller) => Promise<unknown>;

/** How long a user waits for an answer before asking again, ms, and how often. */
const PATIENCE = 15_000;
const TRIES = 8;

/** People who deposit, ask, approve, change their minds, press twice, and ask again when nobody answers. */
export class Users {
  private calls = 0;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    /** a process that answers calls, if one is up */
    private readonly anyEngine: () => SimulatedEngine | undefined,
  ) {}

  deposit(userId: string, signature: string, amount: Micros): void {
    this.ask(userId, 'deposit', async ({ dispatch, process }, caller) => {
      const at = isoTime(process.now());
      const account = { userId, wallet: `W${userId}`, network: 'solana:simulated', asset: 'USDC', at };
      const of = (name: string) => contextOf(caller, name, userId);
      await dispatch.send(escrow, userId, { type: 'OpenEscrowAccount', ...account }, of('open'));
      const submitted = { signature, amount, at, expiresAt: plusMs(at, 1_800_000) };
      await dispatch.send(escrow, userId, { type: 'SubmitDeposit', ...submitted }, of('submit'));
    });
  }

  create(userId: string, workflowId: string): void {
    const maxTime = this.random.pick([20_000, 60_000, 300_000]);
    this.ask(userId, 'create', async ({ dispatch, content, process }, caller) => {
      // a second try finds the first: what is sealed anew is not the same request
      if ((await dispatch.load(workflow, workflowId)).state.status !== 'none') return;
      const secret = Buffer.alloc(32, workflowId).toString('base64');
      const command = {
        type: 'CreateWorkflow',
        at: isoTime(process.now()),
        workflowId,
        userId,
        origin: 'request',
        request: await content.sealText(userId, places.request(workflowId), 'do it'),
        secret: await content.sealText(userId, places.secret(workflowId), secret),
        attachments: [],
        maxCost: toMicros(100_000_000n),
        maxTime,
        verificationLevel: 'basic',
        autoApprove: this.random.chance(0.3),
        filters: { minReputation: 0, minUptime: 0, excludeServices: [] },
      } as const;
      await dispatch.send(workflow, workflowId, command, contextOf(caller, 'create', workflowId));
    });
  }

  /** A plan is offered: most approve, some twice at once, some too late, some cancel, some never answer. */
  answer(userId: string, workflowId: string): void {
    const { random } = this;
    const approve: Call = ({ dispatch, process }, caller) =>
      approveWorkflow({ dispatch, clock: process }, caller, workflowId, undefined);
    const mood = random.random();
    const thinking = random.pick([10, 2_000, 20_000, mood > 0.97 ? 899_990 : 100]);
    if (mood < 0.06) return;
    if (mood < 0.14) {
      this.cancel(userId, workflowId, thinking);
      return;
    }
    this.later(thinking, () => this.ask(userId, 'approve', approve));
    if (mood > 0.75)
      this.later(thinking + random.between(0, 30), () => this.ask(userId, 'approve again', approve));
    if (mood > 0.85) this.cancel(userId, workflowId, thinking + random.pick([5, 200, 3_000, 15_000]));
  }

  private cancel(userId: string, workflowId: string, ms: number): void {
    const { random } = this;
    const cancel: Call = ({ dispatch, process }, caller) => {
      const command = { type: 'CancelWorkflow', at: isoTime(process.now()), by: userId } as const;
      return dispatch.send(workflow, workflowId, command, contextOf(caller, 'cancel', workflowId));
    };
    this.later(ms, () => this.ask(userId, 'cancel', cancel));
    if (random.chance(0.2)) this.later(ms + 10, () => this.ask(userId, 'cancel again', cancel));
  }

  private later(ms: number, run: () => void): void {
    this.scheduler.after(ms, undefined, 'a user', run);
  }

  /** Until it is answered: by what was asked for, or by a refusal that asking again would not change. */
  private ask(userId: string, what: string, call: Call): void {
    const principal = { userId, keyId: 'key_1', roles: ['user'] as const };
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
            const poor = isRefusal(error, 'INSUFFICIENT_ESCROW');
            if (isRefusal(error) && error.kind === 'terminal' && !poor) answered = true;
            else if (!isRefusal(error)) this.scheduler.failures.push(error);
          },
        );
      });
      this.later(PATIENCE, () => attempt(left - 1));
    };
    attempt(TRIES);
  }
}
