import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { packageRoot } from '../../adapters/snarkjs/package-root.js';
import { Refusal } from '../../kernel/errors.js';
import { issuerKeyId, type Receipt, type Verdict, verifyReceipt } from '../../verifier/index.js';
import { withOneDigitChanged } from '../change-digit.js';
import { heldAll, type SavedRun, saveRun, sayRun, sizeLine } from '../finish-run.js';
import { readInputFile, readJson } from '../input-files.js';
import { type OwnInstallation, startOwn } from '../own-installation.js';
import { type FinishedRun, runRequest } from '../run-request.js';
import { duration } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { pairLines } from '../show/table.js';
import { verdictLines } from '../show/verdict-lines.js';

const REQUEST = 'Analyse these prices, find the trend and write it up as an HTML report with a chart';

/** A demo is the embedded default whatever this machine is set up for. */
const OUTSIDE = [
  'DATABASE_URL',
  'NATS_URL',
  'SOLANA_RPC_URL',
  'SOLANA_WS_URL',
  'SOLANA_NETWORK',
  'FACILITATOR_URL',
  'USDC_MINT',
  'REGISTRY_URL',
  'EVENTSTORE',
  'ROLE',
  'ANTHROPIC_API_KEY',
];

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface DemoOptions {
  readonly out?: string;
}

/** A fresh installation, one paid run, its receipt verified with everything stopped. @returns the exit code */
export async function demo({ out = join('quittance-out', 'demo') }: DemoOptions): Promise<number> {
  const began = performance.now();
  const screen = new Screen();
  rmSync(join(out, 'receipt.json'), { force: true });
  const { run, saved, readyMs, publicKey } = await paidRun(screen, out);
  if (!heldAll(run) || saved.receipt === undefined) return 1;
  screen.say('', pc.bold('Verifying the receipt, with nothing running but this'));
  const held = await verifies(screen, saved.receipt, publicKey);
  screen.say('', pc.bold('Timings'), ...timings(run, readyMs, performance.now() - began));
  screen.say('', ...toOpen(saved), '');
  screen.say(held ? `${pc.green('✓')} All of it held.` : `${pc.red('✗')} Not all of it held.`);
  return held ? 0 : 1;
}

interface PaidRun {
  readonly run: FinishedRun;
  readonly saved: SavedRun;
  readonly readyMs: number;
  readonly publicKey: string;
}

/** In a data folder of its own, which is gone afterwards however this ends. */
async function paidRun(screen: Screen, out: string): Promise<PaidRun> {
  const dataDir = mkdtempSync(join(tmpdir(), 'quittance-demo-'));
  const signals = new AbortController();
  let own: OwnInstallation | undefined;
  const interrupt = () => {
    if (signals.signal.aborted) process.exit(130);
    signals.abort(new Refusal('INTERRUPTED', 'The demo was interrupted.'));
  };
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  for (const name of SIGNALS) process.on(name, interrupt);
  process.on('exit', remove);
  try {
    screen.say(pc.bold('Starting a fresh Quittance: Postgres, NATS, a Solana chain, paid services'));
    own = await startOwn({
      dataDir,
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !OUTSIDE.includes(name))),
      signal: signals.signal,
      onReady: ({ part, startedInMs }) => screen.note(`${part} ${duration(startedInMs ?? 0)}`),
      onProgress: screen.note,
    });
    screen.say(
      ` ${pc.green('✓')} Ready in ${duration(own.readyMs)}`,
      '',
      `${pc.bold('Request')}  “${REQUEST}”`,
    );
    screen.note('with examples/prices.csv, level zero-knowledge, approved without asking');
    const { client, installation, readyMs } = own;
    const files = [readInputFile(join(packageRoot(), 'examples', 'prices.csv'))];
    const request = { input: REQUEST, files, maxCost: 5, level: 'zero-knowledge' } as const;
    const hooks = { screen, approve: async () => true, signal: signals.signal };
    const run = await runRequest(client, request, hooks);
    const saved = await saveRun(client, run, out);
    sayRun(screen, run, saved);
    return { run, saved, readyMs, publicKey: installation.stack.settings.receiptKey.publicKey };
  } finally {
    await own?.stop();
    remove();
    for (const name of SIGNALS) process.removeListener(name, interrupt);
  }
}

/** The receipt as it is must hold; with one digit changed, in what is signed or in what is proven, it must not. */
async function verifies(screen: Screen, file: string, publicKey: string): Promise<boolean> {
  const options = {
    issuerKeys: [{ publicKey, keyId: issuerKeyId(publicKey) }],
    allowDevelopmentKeys: true,
    level: 'zero-knowledge',
  } as const;
  const receipt = readJson(file) as Receipt;
  const verdict = await verifyReceipt(receipt, options);
  screen.say(...verdictLines(verdict));
  let held = verdict.valid;
  for (const [what, path] of [
    ['total cost', ['statement', 'totalCost']],
    ['proof', ['proof', 'proof', 'pi_a', '0']],
  ] as const) {
    const changed = await verifyReceipt(withOneDigitChanged(receipt, path), options);
    screen.say(changedLine(what, changed));
    held &&= !changed.valid;
  }
  return held;
}

function changedLine(what: string, { valid, checks }: Verdict): string {
  if (valid) return `${pc.red('✗')} One digit of the ${what} changed: accepted. It must not be.`;
  const reason = checks.find((check) => check.required && !check.passed)?.reason ?? '';
  return `${pc.green('✓')} One digit of the ${what} changed: refused. ${pc.dim(reason)}`;
}

const timings = ({ times }: FinishedRun, readyMs: number, totalMs: number): string[] =>
  pairLines([
    ['Ready in', duration(readyMs)],
    ['Plan', duration(times.planMs)],
    ['Run', duration(times.runMs)],
    ['Receipt and proof', duration(times.proofMs ?? 0)],
    ['Everything', pc.bold(duration(totalMs))],
  ]);

const toOpen = ({ files }: SavedRun): string[] =>
  files
    .filter((file) => existsSync(file))
    .map((file) => ` ${pc.green('→')} ${sizeLine(file, statSync(file).size)}`);
