import type { PaymentCommand } from '../commands/payment/commands.js';
import { payment } from '../commands/payment/decide.js';
import type { Confirmed, InFlight, Unsigned } from '../commands/payment/state.js';
import { workflow } from '../commands/workflow/decide.js';
import { Refusal } from '../kernel/errors.js';
import { isoTime } from '../kernel/time.js';
import type { Payer, Quote } from '../ports/payments.js';
import type { Dispatch } from '../runtime/dispatch.js';
import { pause } from '../runtime/pause.js';
import { type Acting, contextOf } from './paid-step.js';

interface Waiting {
  readonly dispatch: Dispatch;
  readonly payer: Pick<Payer, 'prepare' | 'isExpired'>;
  readonly quote: Quote;
  readonly now: () => number;
}

/** ms between two looks at the payment, and looks between two at the chain */
const LOOK_EVERY_MS = 250;
const LOOKS_A_BLOCKHASH = 8;

/**
 * Waits until the wallet that pays has signed what it was asked for. A blockhash lasts for a minute: when it has become
 * too old, the same payment is asked for with another one, for nobody can have sent the old one.
 * @returns `again` when the payment has gone another way meanwhile
 * @throws Refusal PAYMENT_NOT_SIGNED (terminal) when the time for it is over, or the run is
 */
export async function whenSigned(
  waiting: Waiting,
  step: Acting,
  signal: AbortSignal,
): Promise<InFlight | Confirmed | 'again'> {
  const { dispatch, payer, now } = waiting;
  for (let look = 1; ; look++) {
    const { state } = await dispatch.load(payment, step.paymentId);
    if (state.status !== 'none' && 'prepared' in state) return state;
    if (state.status !== 'awaiting_signature') return 'again';
    if (isoTime(now()) >= state.requested.signBefore)
      throw await notSigned(dispatch, step, state, 'The wallet did not sign the payment in time.');
    if (!(await isWanted(dispatch, step)))
      throw await notSigned(dispatch, step, state, 'The run ended before the wallet signed the payment.');
    if (look % LOOKS_A_BLOCKHASH === 0 && (await payer.isExpired(state.requested)))
      await askAnew(waiting, step, state);
    await pause(LOOK_EVERY_MS, signal);
    if (signal.aborted) throw new Refusal('STOPPED', 'The worker was stopped.', {}, 'retryable');
  }
}

async function askAnew(
  { dispatch, payer, quote, now }: Waiting,
  step: Acting,
  state: Unsigned,
): Promise<void> {
  const { payTo, amount } = quote;
  const prepared = await payer.prepare(quote, step.paymentId, { wallet: state.quote.payer! });
  const { attempt } = state.requested;
  const at = isoTime(now());
  await record(dispatch, step, { type: 'RequestSignature', at, attempt, payTo, amount, ...prepared });
}

/** Undoing goes on while its run is being rolled back. */
async function isWanted(dispatch: Dispatch, { workflowId, runNo }: Acting): Promise<boolean> {
  const { state } = await dispatch.load(workflow, workflowId);
  if (state.status === 'none' || state.runNo !== runNo) return false;
  return state.status === 'executing' || state.status === 'paused' || state.status === 'compensating';
}

async function notSigned(
  dispatch: Dispatch,
  step: Acting,
  state: Unsigned,
  message: string,
): Promise<Refusal> {
  const { attempt, signBefore } = state.requested;
  const code = 'PAYMENT_NOT_SIGNED';
  await record(dispatch, step, { type: 'WithdrawSignatureRequest', attempt, code, message });
  return new Refusal(code, message, { paymentId: step.paymentId, signBefore });
}

const record = (dispatch: Dispatch, step: Acting, command: PaymentCommand) =>
  dispatch.send(payment, step.paymentId, command, contextOf(step, command));
