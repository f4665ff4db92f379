import { type ChildProcess, fork } from 'node:child_process';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import type { ProvingProgress } from '../../ports/prover.js';

const answerSchema = z.union([
  z.object({ id: z.number(), says: z.string() }),
  z.object({
    id: z.number(),
    stage: z.enum(['preparing', 'witness', 'proving', 'verifying']),
    done: z.number(),
  }),
  z.object({
    id: z.number(),
    memory: z.number(),
    failed: z.object({ unsatisfied: z.boolean(), message: z.string() }),
  }),
  z.object({ id: z.number(), memory: z.number(), result: z.unknown() }),
]);

export type Question = Readonly<Record<string, unknown>> & { readonly task: string };

/** Those who listen while a question is answered. */
interface Listeners {
  readonly says?: ((message: string) => void) | undefined;
  readonly progress?: ((progress: ProvingProgress) => void) | undefined;
}

interface Pending extends Listeners {
  readonly question: Question;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Refusal) => void;
  readonly patience: number;
  /** processes that have died with this question in hand */
  deaths: number;
}

export interface ResidentLimits {
  /** ms one question may take */
  readonly timeoutMs: number;
  /** questions waiting; refuse */
  readonly queue: number;
  /** bytes resident after which the process is replaced */
  readonly memoryBytes: number;
  /** processes that may die with one question in hand before it is given up */
  readonly deaths: number;
}

/**
 * A forked process that answers one question at a time. When it dies or hangs, another takes its place and gets
 * the question that was in hand; nothing that waits is lost. A question carries all that its answer needs.
 */
export class ResidentProcess {
  private child: ChildProcess | undefined;
  private readonly waiting: Pending[] = [];
  private current:
    | { readonly id: number; readonly pending: Pending; readonly timer: NodeJS.Timeout }
    | undefined;
  private lastId = 0;
  private closed = false;

  constructor(
    private readonly file: string,
    private readonly limits: ResidentLimits,
    private readonly args: readonly string[] = [],
  ) {}

  /** @throws Refusal PROOF_FAILED (terminal) · PROVER_BUSY, PROVER_LOST (retryable) */
  ask(
    question: Question,
    listeners: Listeners = {},
    /** times the usual limit that it may take */
    patience = 1,
  ): Promise<unknown> {
    if (this.closed) return Promise.reject(lost('The prover is closed.'));
    if (this.waiting.length >= this.limits.queue) return Promise.reject(busy(this.limits.queue));
    return new Promise((resolve, reject) => {
      this.waiting.push({ question, ...listeners, resolve, reject, patience, deaths: 0 });
      this.next();
    });
  }

  /** Id of the process that answers now, for those who watch it. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  close(): Promise<void> {
    this.closed = true;
    for (const pending of this.waiting.splice(0)) pending.reject(lost('The prover was closed.'));
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  private next(): void {
    if (this.closed || this.current) return;
    if (!this.child) this.start();
    const pending = this.waiting.shift();
    if (!pending) return;
    const id = ++this.lastId;
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), this.limits.timeoutMs * pending.patience);
    this.current = { id, pending, timer };
    this.child?.send({ id, ...pending.question });
  }

  private start(): void {
    // stdout is the caller's; this process writes nothing but what it must complain about
    const child = fork(this.file, [...this.args], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    this.child = child;
    child.on('message', (message) => this.heard(child, message));
    child.on('error', () => child.kill('SIGKILL'));
    child.once('exit', () => this.died(child));
  }

  private heard(child: ChildProcess, message: unknown): void {
    if (child !== this.child) return;
    const answer = answerSchema.parse(message);
    const { current } = this;
    if (!current || current.id !== answer.id) return;
    if ('says' in answer) {
      current.pending.says?.(answer.says);
      return;
    }
    if ('stage' in answer) {
      current.pending.progress?.({ stage: answer.stage, done: answer.done });
      return;
    }
    clearTimeout(current.timer);
    this.current = undefined;
    if ('failed' in answer) current.pending.reject(failed(answer.failed));
    else current.pending.resolve(answer.result);
    if (answer.memory > this.limits.memoryBytes) this.replace(child);
    this.next();
  }

  private replace(child: ChildProcess): void {
    this.child = undefined;
    child.kill('SIGKILL');
  }

  private died(child: ChildProcess): void {
    if (child !== this.child) return;
    this.child = undefined;
    const { current } = this;
    this.current = undefined;
    if (current) {
      clearTimeout(current.timer);
      const { pending } = current;
      pending.deaths++;
      if (this.closed || pending.deaths >= this.limits.deaths)
        pending.reject(lost('The prover stopped while it worked on this.'));
      else this.waiting.unshift(pending);
    }
    if (this.waiting.length > 0) this.next();
  }
}

const lost = (message: string) => new Refusal('PROVER_LOST', message, {}, 'retryable');

const busy = (queue: number) =>
  new Refusal('PROVER_BUSY', `The prover has ${queue} proofs to make already.`, { queue }, 'retryable');

const failed = ({ unsatisfied, message }: { unsatisfied: boolean; message: string }) =>
  unsatisfied
    ? new Refusal('PROOF_FAILED', `This run does not satisfy the circuit: ${message}.`, {}, 'terminal')
    : new Refusal('PROVER_LOST', `The prover could not make this proof: ${message}.`, {}, 'retryable');
