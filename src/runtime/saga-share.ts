import type { Position } from '../kernel/event.js';
import type { Fence } from './fence.js';
import { UNRIVALLED } from './fence.js';

/** What of every saga a process runs: some of its parts, each under a fence of its own. */
export interface SagaShare {
  /** which part the work of a lane belongs to; a lane never changes its part */
  partOf(lane: string): number;
  readonly fences: ReadonlyMap<number, Fence>;
  /** name of the checkpoint of one part of a saga */
  checkpointOf(saga: string, part: number): string;
  /** what had happened when the parts were taken: another may have reacted to it already */
  readonly head?: Position;
}

/** A saga undivided. */
export const WHOLE: SagaShare = {
  partOf: () => 0,
  fences: new Map([[0, UNRIVALLED]]),
  checkpointOf: (saga) => `saga/${saga}`,
};

/**
 * Parts of a saga, and so how many processes can share the work. Checkpoints are stored by part: another number
 * takes a migration of them (src/adapters/postgres/lease-schema.ts), with every saga process stopped.
 */
export const SAGA_PARTS = 16;

export const shareOf = (fences: ReadonlyMap<number, Fence>, head?: Position): SagaShare => ({
  partOf: (lane) => fnv1a(lane) % SAGA_PARTS,
  fences,
  ...(head !== undefined && { head }),
  checkpointOf: (saga, part) => `saga/${saga}/${part}`,
});

/** FNV-1a, 32 bits, with its bits mixed once more: the low bits alone decide. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
