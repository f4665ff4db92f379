import type { PaymentEvent } from '../../events/payment.js';
import { unreachable } from '../../kernel/errors.js';
import { type Micros, parseMicros } from '../../kernel/money.js';

type Of<T extends PaymentEvent['type']> = Omit<Extract<PaymentEvent, { type: T }>, 'type' | 'v'>;

export type QuoteTerms = Omit<Of<'PaymentQuoted'>, 'amount'> & { readonly amount: Micros };
export type Authorization = { readonly planHash: string; readonly ceiling: Micros };
/** What is needed to send the same bytes again, and to find them on the chain. */
export type PreparedBytes = Omit<Of<'PaymentPrepared'>, 'lastValidBlockHeight'> & {
  readonly lastValidBlockHeight: bigint;
};

export type Delivery =
  | { readonly status: 'awaited' }
  | { readonly status: 'delivered'; readonly answerHash: string }
  | { readonly status: 'undelivered'; readonly code: string };

/** The way back of money that bought nothing. */
export type Refund =
  | { readonly status: 'none' }
  | { readonly status: 'requested' | 'rejected'; readonly memo: string; readonly until: string }
  | { readonly status: 'refunded'; readonly signature: string };

interface Quoted {
  readonly quote: QuoteTerms;
  /** attempts whose bytes can never land any more are below it */
  readonly nextAttempt: number;
}

interface Authorized extends Quoted {
  readonly authorization: Authorization;
}

/** A wallet of the user's own is asked to sign; nobody can send anything before it has. */
export interface Unsigned extends Authorized {
  readonly status: 'awaiting_signature';
  readonly requested: PreparedBytes & { readonly signBefore: string };
}

export interface InFlight extends Authorized {
  readonly status: 'prepared' | 'submitted';
  readonly prepared: PreparedBytes;
}

export interface Confirmed extends Authorized {
  readonly status: 'confirmed';
  readonly prepared: PreparedBytes;
  readonly signature: string;
  readonly slot: bigint;
  readonly delivery: Delivery;
  readonly refund: Refund;
}

export type PaymentState =
  | { readonly status: 'none' }
  /** its run was over before anything was signed */
  | { readonly status: 'closed'; readonly quote: QuoteTerms | undefined }
  | ({ readonly status: 'quoted' } & Quoted)
  | ({ readonly status: 'authorized' } & Authorized)
  | Unsigned
  | InFlight
  | Confirmed;

export const sameTerms = (a: QuoteTerms, b: QuoteTerms): boolean =>
  ([...Object.keys(a), ...Object.keys(b)] as (keyof QuoteTerms)[]).every((key) => a[key] === b[key]);

export const noPayment: PaymentState = { status: 'none' };

export function evolvePayment(state: PaymentState, event: PaymentEvent): PaymentState {
  switch (event.type) {
    case 'PaymentQuoted': {
      const { type: _type, v: _v, amount, ...terms } = event;
      if (state.status === 'closed') throw new Error(`${event.type} in the history of a closed payment`);
      const nextAttempt = state.status === 'none' ? 1 : state.nextAttempt;
      return { status: 'quoted', quote: { ...terms, amount: parseMicros(amount) }, nextAttempt };
    }
    case 'PaymentAuthorized': {
      const authorization = { planHash: event.planHash, ceiling: parseMicros(event.ceiling) };
      const isAuthorized = state.status === 'authorized' || state.status === 'awaiting_signature';
      const { quote, nextAttempt } = isAuthorized ? state : at(state, event, 'quoted');
      return { status: 'authorized', quote, nextAttempt, authorization };
    }
    case 'PaymentSignatureRequested': {
      const { attempt, header, memo, blockhash, watermark, signBefore } = event;
      const lastValidBlockHeight = BigInt(event.lastValidBlockHeight);
      const requested = { attempt, header, memo, blockhash, lastValidBlockHeight, watermark, signBefore };
      return { ...unprepared(state, event), status: 'awaiting_signature', requested };
    }
    case 'PaymentPrepared': {
      const { type: _type, v: _v, lastValidBlockHeight, ...bytes } = event;
      const prepared = { ...bytes, lastValidBlockHeight: BigInt(lastValidBlockHeight) };
      return { ...unprepared(state, event), status: 'prepared', prepared };
    }
    case 'PaymentSubmitted':
      return { ...inFlight(state, event), status: 'submitted' };
    case 'PaymentConfirmed': {
      const { signature, slot } = event;
      const delivery = { status: 'awaited' } as const;
      const refund = { status: 'none' } as const;
      const confirmed = { signature, slot: BigInt(slot), delivery, refund };
      return { ...inFlight(state, event), status: 'confirmed', ...confirmed };
    }
    case 'PaymentFailed': {
      const { quote, authorization } = state.status === 'awaiting_signature' ? state : inFlight(state, event);
      return { status: 'authorized', quote, authorization, nextAttempt: event.attempt + 1 };
    }
    case 'PaymentDelivered':
      return delivered(state, event, { status: 'delivered', answerHash: event.answerHash });
    case 'PaymentUndelivered':
      return delivered(state, event, { status: 'undelivered', code: event.code });
    case 'RefundRequested': {
      const { memo, until } = event;
      return { ...at(state, event, 'confirmed'), refund: { status: 'requested', memo, until } };
    }
    case 'RefundConfirmed': {
      const { signature } = event;
      return { ...at(state, event, 'confirmed'), refund: { status: 'refunded', signature } };
    }
    case 'RefundRejected': {
      const { refund, ...paid } = at(state, event, 'confirmed');
      if (refund.status !== 'requested') throw new Error(`${event.type} of a refund that was not asked for`);
      return { ...paid, refund: { ...refund, status: 'rejected' } };
    }
    case 'PaymentClosed':
      return { status: 'closed', quote: state.status === 'none' ? undefined : state.quote };
    default:
      return unreachable(event);
  }
}

const delivered = (state: PaymentState, event: PaymentEvent, delivery: Delivery): PaymentState => ({
  ...at(state, event, 'confirmed'),
  delivery,
});

/** @throws Error when the history is not one that this decider wrote */
function at<S extends PaymentState['status']>(
  state: PaymentState,
  event: PaymentEvent,
  status: S,
): Extract<PaymentState, { status: S }> {
  if (state.status !== status) throw new Error(`${event.type} in the history of a ${state.status} payment`);
  return state as Extract<PaymentState, { status: S }>;
}

/** What stands before any bytes are signed. */
function unprepared(state: PaymentState, event: PaymentEvent): Authorized {
  if (state.status !== 'authorized' && state.status !== 'awaiting_signature')
    throw new Error(`${event.type} in the history of a ${state.status} payment`);
  const { quote, nextAttempt, authorization } = state;
  return { quote, nextAttempt, authorization };
}

function inFlight(state: PaymentState, event: PaymentEvent): InFlight {
  if (state.status !== 'prepared' && state.status !== 'submitted')
    throw new Error(`${event.type} in the history of a ${state.status} payment`);
  return state;
}
