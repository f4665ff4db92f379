import { Refusal } from '../errors.js';

/**
 * Widths of the packed numbers, as in circuits/workflow-receipt/workflow-receipt.circom. A commitment is made
 * for the smallest number of slots that holds the run, whether or not there is a circuit of that size.
 */
export const COST_BITS = 36;
export const ATTEMPT_BITS = 8;
export const SEQ_BITS = 10;
export const BUDGET_BITS = 52;

/** cost | attempt | seq | completed | skipped, lowest first */
export const STATUS_SHIFT = COST_BITS + ATTEMPT_BITS + SEQ_BITS;
export const META_BITS = STATUS_SHIFT + 2;

/** ceiling (one bit wider than a cost, see the circuit) | skippable */
export const CEILING_BITS = COST_BITS + 1;
export const TERMS_BITS = CEILING_BITS + 1;

const SLOT_CLASSES = [16, 32, 64, 128, 256, 512] as const;

/** @throws Refusal RUN_TOO_LARGE above 512 steps, or without any */
export function slotsFor(stepCount: number): number {
  const slots = SLOT_CLASSES.find((n) => stepCount >= 1 && n >= stepCount);
  if (slots === undefined)
    throw new Refusal('RUN_TOO_LARGE', `A receipt covers 1 to 512 steps, not ${stepCount}.`, { stepCount });
  return slots;
}

/**
 * Proofs a run is proven by that one circuit does not hold, by its slots; each is about as many steps as the others. A
 * chain of sixteen slots proves what one circuit proves as well.
 */
const SEGMENTS: Readonly<Record<number, number>> = { 16: 2, 256: 2, 512: 4 };

/** @returns undefined where no chain of proofs is made for this many slots */
export const segmentsFor = (slots: number): number | undefined => SEGMENTS[slots];

/** @param segment from 1 */
export const segmentCircuit = (slots: number, segment: number): string =>
  `workflow-segment-${slots}-${segment}`;

/** Fills the unused slots with zero; the step count is hashed beside, so zero stays unambiguous. */
export const padded = (values: readonly bigint[], slots: number): bigint[] => [
  ...values,
  ...new Array<bigint>(slots - values.length).fill(0n),
];
