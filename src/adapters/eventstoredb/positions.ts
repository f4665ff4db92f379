import { type Position as ServerPosition, START } from '@kurrent/kurrentdb-client';
import type { Position } from '../../kernel/event.js';

/** Two unsigned 64-bit numbers; the events of one append may differ in the second only. */
const WIDTH = 20;
const text = (n: bigint): string => String(n).padStart(WIDTH, '0');

export const positionOf = ({ commit, prepare }: ServerPosition): Position =>
  `${text(commit)}.${text(prepare)}` as Position;

export const BEFORE_ALL = positionOf({ commit: 0n, prepare: 0n });

export function serverPositionOf(position: Position): ServerPosition | typeof START {
  if (position === BEFORE_ALL) return START;
  const [commit, prepare] = position.split('.');
  return { commit: BigInt(commit!), prepare: BigInt(prepare!) };
}
