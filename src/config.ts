import { z } from 'zod';
import { Refusal } from './kernel/errors.js';
import { LIMITS } from './kernel/limits.js';
import { isKeyName } from './kernel/log/note.js';
import { isSplit } from './kernel/split.js';
import { crashPointNames } from './runtime/crash-points.js';

export const roles = ['all', 'api', 'saga', 'projector', 'worker', 'prover', 'relay'] as const;
export type ProcessRole = (typeof roles)[number];

const isRole = (word: string): word is ProcessRole => (roles as readonly string[]).includes(word);

/** Whether a process of `ROLE` (one role, or several separated by commas) does what `wanted` does. */
export const runsRole = (ROLE: string, wanted: Exclude<ProcessRole, 'all'>): boolean =>
  ROLE.split(',').some((role) => role === 'all' || role === wanted);

/** A link is put before people: nothing but http. */
const isLinkTemplate = (text: string): boolean =>
  /^https?:\/\//.test(text) && text.includes('{signature}') && URL.canParse(text);

const whole = (fallback: number) => z.coerce.number().int().nonnegative().default(fallback);
const hex32 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 32 bytes in hex');

/** Every environment variable the program reads, with its default. docker-compose.yml is checked against this. */
export const configSchema = z.object({
  /** what this process does, several separated by commas */
  ROLE: z
    .string()
    .default('all')
    .refine((text) => text.split(',').every(isRole), `must be of ${roles.join(', ')}, separated by commas`),
  /** ms from one comparison of ledger and chain to the next; 0 for none but those that are asked for */
  RECONCILE_EVERY_MS: whole(300_000),
  /** a name that a process keeps across restarts: the next one takes over at once what the last one held */
  INSTANCE: z.string().max(100).optional(),
  /** ms after which a process that says nothing is taken for dead, and its share of the work is another's */
  LEASE_TTL_MS: z.coerce.number().int().min(500).default(10_000),
  HOST: z.string().default('127.0.0.1'),
  PORT: whole(5000),
  /** address under which clients and wallets know this installation; messages that wallets sign name it */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:5000'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** `postgres` (in DATABASE_URL), `memory`, or a kurrentdb:// or esdb:// address */
  EVENTSTORE: z.string().default('postgres'),
  DATABASE_URL: z.url(),
  /** several nodes of one cluster are separated by commas */
  NATS_URL: z.string(),
  /** nodes of the NATS cluster that keep a copy of every stream */
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  SOLANA_RPC_URL: z.url(),
  SOLANA_NETWORK: z.string(),
  USDC_MINT: z.string(),
  /** link to a transaction, with {signature} in it; the public explorer of the network when left out */
  EXPLORER_URL: z
    .string()
    .refine(isLinkTemplate, 'must be an http address with {signature} in it')
    .optional(),
  REGISTRY_URL: z.url(),
  /** 32-byte seed, hex, of the key that pays out of escrow */
  ESCROW_SEED: hex32,
  RECEIPT_SIGNING_SEED: hex32,
  /** of the key that signs heads of the transparency log; made of RECEIPT_SIGNING_SEED when left out */
  LOG_SIGNING_SEED: hex32.optional(),
  /** seeds of the log's keys before, comma-separated, the oldest first; `derived` for the one it has when none is set */
  LOG_FORMER_SEEDS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    )
    .pipe(z.array(z.union([hex32, z.literal('derived')])).max(8)),
  /** ms from one head of the log on the chain to the next; 0: none is put there */
  LOG_ANCHOR_EVERY_MS: whole(600_000),
  /** name of the log, such as receipts.example.org/log: no spaces, no plus; made of its key when left out */
  LOG_ORIGIN: z.string().refine(isKeyName, 'is no name of a log').optional(),
  /** wraps users' data keys */
  PII_MASTER_KEY: hex32,
  API_KEY_PEPPER: hex32,
  /** public keys of former issuers, hex, comma-separated: their receipts stay verifiable */
  FORMER_RECEIPT_KEYS: z.string().default(''),
  ANTHROPIC_API_KEY: z.string().optional(),
  LLM_MODEL: z.string().default('claude-sonnet-4-5'),
  LLM_BASE_URL: z.url().optional(),
  /** percentages of what is earned that go to provider, platform and reserve */
  PAYOUT_SPLIT: z.string().default('90/7/3').refine(isSplit, 'must be three whole percentages that make 100'),
  /** token accounts of recipients that have none: `open` them, the rent is ours, or `refuse` to pay */
  RECIPIENT_ACCOUNTS: z.enum(['open', 'refuse']).default('open'),
  RATE_LIMIT_PER_MIN: whole(LIMITS.requestsPerMinute),
  /** open workflows of one user; 0: as many as they like */
  MAX_CONCURRENT_WORKFLOWS: whole(LIMITS.openWorkflows),
  STEP_CONCURRENCY: whole(512),
  PLAN_CONCURRENCY: whole(8),
  /** service calls under way at once for one user, over all processes; 0 for no limit */
  USER_CONCURRENCY: whole(256),
  /** calls under way at once to one service, and calls a minute, over all processes; 0 for no limit */
  SERVICE_CONCURRENCY: whole(0),
  SERVICE_RATE_PER_MIN: whole(0),
  /** of single services: `<id>=<concurrency>/<calls a minute>`, comma-separated */
  SERVICE_LIMITS: z.string().default(''),
  /** origins on private addresses that services may be called at, comma-separated */
  ALLOWED_ORIGINS: z.string().default(''),
  /** what makes proofs: ours, or the reference, which takes two to three times as long */
  PROVER_BACKEND: z.enum(['wasm', 'snarkjs']).default('wasm'),
  /** refuses receipts proven with development keys */
  PRODUCTION: z.stringbool().default(false),
  QUITTANCE_CACHE: z.string().optional(),
  /** for tests: the process kills itself at this point, see runtime/crash-points.ts */
  CRASH_AT: z.enum(crashPointNames).optional(),
});

export type Config = Readonly<z.output<typeof configSchema>>;

/** @throws Refusal CONFIG_INVALID naming each variable that is missing or wrong */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = configSchema.safeParse(set);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Refusal('CONFIG_INVALID', `The configuration is incomplete: ${problems.join('; ')}.`, {
    problems,
  });
}
