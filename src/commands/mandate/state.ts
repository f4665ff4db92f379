import type { MandateEvent, MandateEventOf } from '../../events/mandate.js';
import { unreachable } from '../../kernel/errors.js';
import { type Micros, parseMicros, toMicros, ZERO } from '../../kernel/money.js';
import { PersistentMap } from '../../kernel/persistent-map.js';

/** What one run was given of a mandate. */
export interface MandateUse {
  readonly planHash: string;
  readonly amount: Micros;
  /** once the run can spend no more: what it did spend */
  readonly spent?: Micros;
}

export interface Mandate {
  readonly status: 'active' | 'revoked' | 'expired';
  readonly granted: Omit<MandateEventOf<'MandateGranted'>, 'type' | 'v'>;
  /** what open uses may spend, and what the others have spent */
  readonly used: Micros;
  /** by {@link useKey} */
  readonly uses: PersistentMap<MandateUse>;
}

export type MandateState = { readonly status: 'none' } | Mandate;

export const noMandate: MandateState = { status: 'none' };

export const useKey = (of: { readonly workflowId: string; readonly runNo: number }): string =>
  `${of.workflowId}/${of.runNo}`;

export const remainingOf = ({ granted, used }: Mandate): Micros =>
  toMicros(parseMicros(granted.maxTotal) - used);

export function evolveMandate(state: MandateState, event: MandateEvent): MandateState {
  if (event.type === 'MandateGranted') {
    const { type: _type, v: _v, ...granted } = event;
    return { status: 'active', granted, used: ZERO, uses: PersistentMap.empty() };
  }
  if (state.status === 'none') throw new Error(`${event.type} in the history of a mandate never granted`);
  switch (event.type) {
    case 'MandateConsumed': {
      const { planHash } = event;
      const amount = parseMicros(event.amount);
      const uses = state.uses.with(useKey(event), { planHash, amount });
      return { ...state, used: toMicros(state.used + amount), uses };
    }
    case 'MandateUseReleased': {
      const key = useKey(event);
      const use = { ...state.uses.get(key)!, spent: parseMicros(event.spent) };
      const used = toMicros(state.used - parseMicros(event.released));
      return { ...state, used, uses: state.uses.with(key, use) };
    }
    case 'MandateRevoked':
      return { ...state, status: 'revoked' };
    case 'MandateExpired':
      return { ...state, status: 'expired' };
    default:
      return unreachable(event);
  }
}
