import { systemChance } from '../adapters/system/chance.js';
import type { Config } from '../config.js';
import { ContentStore } from '../content/content-store.js';
import { Refusal } from '../kernel/errors.js';
import { GUARD, type Timer } from '../ports/timers.js';
import { CRASH_POINTS, type CrashCall, type CrashPoint } from '../runtime/crash-points.js';
import type { Parts } from './parts.js';

// biome-ignore lint/suspicious/noExplicitAny: any method of any port is wrapped
type Call = (...args: any[]) => Promise<any>;

/** A call that a process may die at, and what a call of it is about. */
interface Hook {
  readonly part: keyof Parts;
  readonly method: string;
  readonly about?: (args: readonly unknown[]) => readonly string[];
}

const HOOKS: Readonly<Record<CrashCall, Hook>> = {
  append: {
    part: 'store',
    method: 'append',
    about: ([, events]) => (events as { event: { type: string } }[]).map(({ event }) => event.type),
  },
  'publish job': {
    part: 'jobs',
    method: 'publish',
    about: ([jobs]) => (jobs as { kind: string }[]).map(({ kind }) => kind),
  },
  'handle job': { part: 'jobs', method: 'work' },
  'acknowledge job': { part: 'jobs', method: 'work' },
  quote: { part: 'payer', method: 'quote' },
  'sign payment': { part: 'payer', method: 'prepare' },
  'send payment': {
    part: 'payer',
    method: 'submit',
    about: ([call]) => [
      (call as { idempotencyKey: string }).idempotencyKey.endsWith('undo') ? 'undo' : 'step',
    ],
  },
  'sign transfer': { part: 'sender', method: 'prepare', about: ([, memo]) => [sortOf(memo)] },
  'send transfer': { part: 'sender', method: 'broadcast', about: ([transfer]) => [sortOf(memoIn(transfer))] },
  'store artifact': {
    part: 'artifacts',
    method: 'put',
    about: ([bytes]) => [Buffer.from(bytes as Uint8Array).includes('"statement"') ? 'receipt' : 'content'],
  },
  prove: { part: 'prover', method: 'prove' },
  'set timer': {
    part: 'timers',
    method: 'set',
    about: ([timers]) => (timers as Timer[]).map(sortOfTimer),
  },
  'cancel timer': {
    part: 'timers',
    method: 'cancel',
    about: ([ids]) => (ids as string[]).map((id) => sortOfTimer({ id })),
  },
  'take timer': { part: 'timers', method: 'due' },
  'remove timer': { part: 'timers', method: 'done' },
  'save checkpoint': { part: 'checkpoints', method: 'save' },
  'commit projection': { part: 'readModels', method: 'advance' },
  'relay events': { part: 'integration', method: 'publish' },
  'remember answer': { part: 'idempotency', method: 'complete' },
};

function sortOfTimer({ id, action }: Pick<Timer, 'id'> & Partial<Timer>): string {
  if (id.startsWith(GUARD)) return 'guard';
  if (action?.do !== 'job' || !action.job.id.startsWith('release/')) return 'timer';
  return action.job.id.endsWith('/1') ? 'first look' : 'next look';
}

const sortOf = (memo: unknown): string => (String(memo).startsWith('qtp:') ? 'payout' : 'withdrawal');

/** Both stand in the bytes as they are. */
const memoIn = (transfer: unknown): string => {
  const { transaction } = transfer as { transaction: string };
  return Buffer.from(transaction, 'base64').includes('qtp:') ? 'qtp:' : '';
};

/**
 * The parts of a process that will kill itself at the named point. Unarmed, nothing is wrapped and nothing is asked.
 * @throws Refusal CONFIG_INVALID in production
 */
export function armed(parts: Parts, { CRASH_AT: at, PRODUCTION }: CrashConfig): Parts {
  if (at === undefined) return parts;
  if (PRODUCTION)
    throw new Refusal('CONFIG_INVALID', 'CRASH_AT is for tests: a production process does not kill itself.');
  const point: CrashPoint = CRASH_POINTS[at];
  const { part } = HOOKS[point.call];
  const dying = { ...parts, [part]: dyingAt(point, parts) } as Parts;
  return { ...dying, content: new ContentStore(dying.vault, dying.artifacts, systemChance) };
}

type CrashConfig = Pick<Config, 'CRASH_AT' | 'PRODUCTION'>;

/** At once and unhandled, as in a power cut: nothing is flushed, nobody is told. */
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

function dyingAt(point: CrashPoint, parts: Parts): object {
  const { part, method, about } = HOOKS[point.call];
  const special = SPECIAL[point.call];
  const isMeant = (args: readonly unknown[]) =>
    point.about === undefined || about === undefined || about(args).includes(point.about);
  const calling = (call: Call): Call =>
    special
      ? special(call, point, parts)
      : async (...args) => {
          if (point.when === 'before' && isMeant(args)) die();
          const answer = await call(...args);
          if (point.when === 'after' && isMeant(args)) die();
          return answer;
        };
  return intercepted(parts[part] as object, method, calling);
}

/** Calls whose moment is not simply before or after them. */
const SPECIAL: Partial<Record<CrashCall, (call: Call, point: CrashPoint, parts: Parts) => Call>> = {
  'handle job':
    (work, { when, about }) =>
    (kind, concurrency, handle: Call) =>
      work(kind, concurrency, async (...job: unknown[]) => {
        if (when === 'before' && kind === about) die();
        await handle(...job);
        if (when === 'after' && kind === about) die();
      }),
  // the worker acknowledges when its handler is done; the server has it once it answers what was sent later
  'acknowledge job':
    (work, { about }, { nats }) =>
    (kind, concurrency, handle: Call) =>
      work(kind, concurrency, async (...job: unknown[]) => {
        await handle(...job);
        if (kind === about) setImmediate(() => void nats.flush().then(die));
      }),
  // rows and checkpoint are one transaction: before means written and not committed
  'commit projection':
    (advance, { when }) =>
    (...args) =>
      when === 'after'
        ? advance(...args).then(die)
        : advance(...args.map((arg) => (typeof arg === 'function' ? dyingAfter(arg as Call) : arg))),
  'take timer':
    (due) =>
    async (...args) => {
      const timers: readonly unknown[] = await due(...args);
      if (timers.length > 0) die();
      return timers;
    },
};

const dyingAfter =
  (write: Call): Call =>
  (...args) =>
    write(...args).then(die);

function intercepted(part: object, method: string, calling: (call: Call) => Call): object {
  return new Proxy(part, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const own = value.bind(target) as Call;
      return key === method ? calling(own) : own;
    },
  });
}
