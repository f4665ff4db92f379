import pc from 'picocolors';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import type { ApiClient } from '../api/client.js';
import { type Connection, type ConnectOptions, runningInstallation } from '../connect.js';
import { defaultFolder, heldAll, saveRun, sayRun } from '../finish-run.js';
import { readInputFiles, readJson } from '../input-files.js';
import { onInterrupt } from '../interrupt.js';
import { mandateAnswer } from '../mandate-approval.js';
import { startOwn } from '../own-installation.js';
import { type FinishedRun, type RunRequest, runRequest } from '../run-request.js';
import { duration, plainText } from '../show/figures.js';
import { Screen } from '../show/screen.js';
import { signPayments } from '../sign-payments.js';
import { ownWallet } from './mandate.js';

export interface RunOptions extends ConnectOptions {
  readonly input: readonly string[];
  readonly maxCost?: number;
  readonly yes?: boolean;
  readonly level: RunRequest['level'];
  readonly out?: string;
  readonly plan?: string;
  /** key file */
  readonly wallet?: string;
  readonly delegated?: boolean;
  /** id of the mandate that approves */
  readonly mandate?: string;
  readonly json?: boolean;
}

/** @returns the exit code: 0 only if all that was asked for came */
export async function run(words: string | undefined, options: RunOptions): Promise<number> {
  const request = requestOf(words, options);
  const screen = new Screen(options.json ? process.stderr : process.stdout);
  if (!options.yes && options.mandate === undefined && !screen.asks)
    throw new Refusal(
      'NOBODY_TO_ASK',
      'A plan is paid for only when somebody approves it, and nobody can be asked here. Add --yes to approve any plan within --max-cost.',
    );
  const { connection, stop } = await connect(options, screen);
  try {
    return await carryOut(connection.client, request, options, screen);
  } finally {
    await stop();
  }
}

async function carryOut(
  client: ApiClient,
  request: RunRequest,
  options: RunOptions,
  screen: Screen,
): Promise<number> {
  let workflowId: string | undefined;
  const release = onInterrupt(screen, () => workflowId, client);
  let finished: FinishedRun;
  const wallet = options.wallet === undefined ? undefined : await ownWallet({ wallet: options.wallet });
  const over = new AbortController();
  let signing: Promise<void> = Promise.resolve();
  try {
    const delegated = options.delegated === true;
    const asked = wallet ? { ...request, wallet: wallet.address, delegated } : request;
    finished = await runRequest(client, asked, {
      screen,
      onCreated: (id) => {
        workflowId = id;
      },
      approve: async (plan) => {
        if (options.mandate !== undefined && workflowId !== undefined) {
          const answer = await mandateAnswer(client, workflowId);
          if (answer.is === 'approved') {
            screen.say(`${pc.green('✓')} Approved by your mandate ${plainText(options.mandate)}.`, '');
            return 'already';
          }
          notCovered(screen, options, workflowId, answer);
        }
        const isApproved =
          options.yes === true || isYes(await screen.ask(`${pc.bold('Approve and pay?')} (y/N) `));
        if (isApproved && wallet && !delegated && workflowId !== undefined)
          signing = signPayments(client, workflowId, { wallet, plan, say: screen.note }, over.signal);
        return isApproved;
      },
    });
  } finally {
    over.abort();
    await signing;
    release();
  }
  const saved = await saveRun(client, finished, options.out ?? defaultFolder(finished.workflow.id));
  sayRun(screen, finished, saved);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...finished, files: saved.files }, null, 2)}\n`);
  return heldAll(finished) ? 0 : 1;
}

/** Says why, so that the owner can be asked. @throws Refusal of the mandate where nobody can be asked */
function notCovered(
  screen: Screen,
  { mandate, yes }: RunOptions,
  workflowId: string,
  { code, message }: { readonly code: string; readonly message: string },
): void {
  if (!yes && !screen.asks)
    throw new Refusal(
      code,
      `Your mandate does not approve this plan: ${message} It waits for you: quittance approve ${workflowId}`,
      { workflowId },
    );
  screen.say(
    `${pc.yellow('!')} Not covered by ${plainText(mandate ?? '')}: ${plainText(message)} ${plainText(code)}`,
  );
}

function checkedWords(words: string): string {
  const { requestMinChars: least, requestMaxChars: most } = LIMITS;
  const { length } = words.trim();
  if (length >= least && length <= most) return words;
  throw new Refusal(
    'REQUEST_LENGTH',
    `A request has from ${least} to ${most} characters; this one has ${length}.`,
  );
}

/** @throws Refusal REQUEST_MISSING, REQUEST_AND_PLAN, REQUEST_LENGTH, and those of reading files */
export function requestOf(words: string | undefined, options: RunOptions): RunRequest {
  const { maxCost, level, plan, wallet, delegated, mandate } = options;
  if (delegated && wallet === undefined)
    throw new Refusal('WALLET_MISSING', 'Name the wallet whose delegate pays by --wallet.');
  if (mandate !== undefined && wallet !== undefined && !delegated)
    throw new Refusal(
      'MANDATE_AND_WALLET',
      'A mandate approves what the escrow or a delegate pays; your wallet signs each payment itself.',
    );
  if ((words === undefined) === (plan === undefined))
    throw words === undefined
      ? new Refusal('REQUEST_MISSING', 'Say what you want in quotes, or give a plan by --plan.')
      : new Refusal('REQUEST_AND_PLAN', 'Give either a request in words or --plan, not both.');
  return {
    ...(words !== undefined && { input: checkedWords(words) }),
    ...(plan !== undefined && { plan: readJson(plan) }),
    files: readInputFiles(options.input),
    ...(maxCost !== undefined && { maxCost }),
    ...(mandate !== undefined && { mandateId: mandate }),
    level,
  };
}

const isYes = (answer: string | undefined): boolean => /^y(es)?$/i.test(answer?.trim() ?? '');

async function connect(
  options: ConnectOptions,
  screen: Screen,
): Promise<{ connection: Connection; stop: () => Promise<void> }> {
  const running = runningInstallation(options);
  if (running) return { connection: running, stop: async () => {} };
  screen.note('No Quittance runs here; starting one for the time of this run.');
  const giveUp = new AbortController();
  const abort = () => giveUp.abort(new Refusal('INTERRUPTED', 'The start was interrupted.'));
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    const own = await startOwn({
      ...(options.data !== undefined && { dataDir: options.data }),
      signal: giveUp.signal,
      onProgress: screen.note,
    });
    screen.note(`Ready in ${duration(own.readyMs)}.`);
    return { connection: own, stop: own.stop };
  } finally {
    process.removeListener('SIGINT', abort);
    process.removeListener('SIGTERM', abort);
  }
}
