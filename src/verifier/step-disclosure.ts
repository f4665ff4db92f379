import { z } from 'zod';
import {
  commitment,
  element,
  evidenceSchema,
  logSchema,
  micros,
  namedStepFields,
  proofSchema,
  signatureSchema,
  statementSchema,
  stepOutcome,
} from './document.js';

/**
 * One step of a run, shown apart from the others, with a proof that it belongs to the receipt whose signed statement
 * stands beside it. Described in docs/receipt-format.md. A storage and exchange format: a change is a new version.
 */
export const STEP_DISCLOSURE_FORMAT = 'quittance-step-disclosure/1';

/** What may be shown of a step, in the order of the bits that say so. */
export const SHOWABLE = ['input', 'output', 'cost', 'executor'] as const;
export type Showable = (typeof SHOWABLE)[number];

export const stepDisclosureSchema = z.strictObject({
  format: z.literal(STEP_DISCLOSURE_FORMAT),
  /** the receipt's own, with the issuer's signature */
  statement: statementSchema,
  signature: signatureSchema,
  step: z.strictObject(namedStepFields),
  outcome: stepOutcome,
  shown: z.strictObject({
    /** commitments; null where the step has none */
    input: commitment.nullable().optional(),
    output: commitment.nullable().optional(),
    /** micro-USDC */
    cost: micros.optional(),
    /** its evidence: payment, times, errors */
    executor: evidenceSchema.optional(),
  }),
  /** salts of what is shown: with them a content can be confirmed, and so can a guess */
  openings: z.strictObject({ input: element.optional(), output: element.optional() }).optional(),
  proof: proofSchema,
  /** where the receipt stands in the transparency log */
  log: logSchema.optional(),
});

export type StepDisclosure = Readonly<z.output<typeof stepDisclosureSchema>>;

/** Which of the showable things are shown, a bit each. */
export const shownBits = (isShown: (what: Showable) => boolean): bigint =>
  SHOWABLE.reduce((bits, what, i) => (isShown(what) ? bits | (1n << BigInt(i)) : bits), 0n);
