import { z } from 'zod';
import { FIELD } from '../kernel/commitments/field.js';

/**
 * The receipt as a document, strictly: nothing unknown, every number in its one form. Described for people who
 * write a verifier of their own in docs/receipt-format.md. A storage and exchange format: a change is a new
 * version.
 */
export const RECEIPT_FORMAT = 'quittance-receipt/1';

/** steps one receipt may have */
const STEPS = 512;

/** proofs of the longest chain */
const CHAIN = 4;

const ELEMENT = /^(0|[1-9][0-9]{0,76})$/;
const isElement = (text: string): boolean => ELEMENT.test(text) && BigInt(text) < FIELD;
export const element = z
  .string()
  .regex(ELEMENT)
  // asked even where the pattern did not match
  .refine(isElement, 'not a canonical decimal below the order of the field');
/** nothing hashes to zero, which stands for what is not there: null is the one way to write that */
export const commitment = element.refine((text) => text !== '0', 'zero is no commitment');
export const micros = z.string().regex(/^(0|[1-9][0-9]{0,17})$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const id = z.string().min(1).max(80);
const time = z.iso.datetime({ precision: 3 });
const name = z.string().max(200);

export const levels = ['basic', 'full', 'zero-knowledge'] as const;
export const outcomes = ['completed', 'failed', 'cancelled', 'expired'] as const;

const commitmentsSchema = z.strictObject({
  slots: z.number().int().min(16).max(STEPS),
  executionId: element,
  workflowHash: element,
  resultsRoot: element,
  /** null unless the plan's last step completed */
  finalResultHash: element.nullable(),
});

export const statementSchema = z.strictObject({
  receiptId: id,
  workflowId: id,
  runNo: z.number().int().min(1).max(10_000),
  level: z.enum(levels),
  outcome: z.enum(outcomes),
  stepCount: z.number().int().min(0).max(STEPS),
  /** micro-USDC; null when concealed */
  totalCost: micros.nullable(),
  maxCost: micros,
  /** null when the run never had a plan */
  commitments: commitmentsSchema.nullable(),
  approval: z.strictObject({ planHash: sha256, approver: id.nullable() }).nullable(),
  /** steps that completed, and were paid, in another run, and that run; absent when there are none */
  kept: z
    .array(z.strictObject({ stepId: id, workflowId: id, runNo: z.number().int().min(1).max(10_000) }))
    .min(1)
    .max(STEPS)
    .optional(),
  /** what became of what steps had done; absent when nothing was rolled back */
  rollback: z
    .strictObject({
      outcome: z.enum(['completed', 'partial', 'resolved']),
      undone: z.array(id).max(STEPS),
      /** what could not be undone, or what was seen to by hand */
      notUndone: z.array(id).max(STEPS),
    })
    .optional(),
  startedAt: time.nullable(),
  closedAt: time,
  issuedAt: time,
  /** why there is no proof of completion, and never will be one */
  unprovable: z.string().max(300).nullable(),
  notProven: z.array(z.string().max(300)).max(8),
});

const paymentSchema = z.strictObject({
  paymentId: id,
  signature: z.string().min(1).max(100),
  slot: z.string().regex(/^(0|[1-9][0-9]{0,19})$/),
  payer: name,
  payee: name,
  amount: micros,
  asset: name,
  network: name,
  /** JWS of x402's extension `offer-receipt`, by the payee */
  serviceReceipt: z.string().min(1).max(2_000).optional(),
});

/** What the plan says a step is; its hash stands for it in the plan's tree. */
export const namedStepFields = {
  stepId: id,
  kind: name,
  action: name,
  serviceId: id.nullable(),
  recipient: name.nullable(),
  network: name.nullable(),
  asset: name.nullable(),
  /** services the plan allows instead, part of its commitment */
  alternatives: z
    .array(z.strictObject({ serviceId: id, recipient: name, network: name, asset: name }))
    .min(1)
    .max(8)
    .optional(),
};

export const stepOutcome = z.enum(['completed', 'skipped', 'failed', 'not_finished']);

export const evidenceSchema = z.strictObject({
  status: name,
  reason: name.nullable(),
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  payment: paymentSchema.nullable(),
  /** the alternative that did it */
  executor: id.optional(),
});

const disclosedStepSchema = z.strictObject({
  ...namedStepFields,
  ceiling: micros,
  /** a set: their order says nothing */
  dependencies: z
    .array(id)
    .max(STEPS)
    .refine((ids) => new Set(ids).size === ids.length, 'one of them stands there twice'),
  skippable: z.boolean(),
  outcome: stepOutcome,
  cost: micros,
  attempt: z.number().int().min(0).max(255),
  seq: z.number().int().min(0).max(1023),
  inputCommitment: commitment.nullable(),
  outputCommitment: commitment.nullable(),
  evidence: evidenceSchema,
  detailSalt: element,
});

const disclosureSchema = z.strictObject({
  planSalt: element,
  finalSalt: element,
  steps: z.array(disclosedStepSchema).min(1).max(STEPS),
});

const openingsSchema = z.record(id, z.strictObject({ input: element, output: element }));

const decimal = z.string().max(80);

export const proofSchema = z.strictObject({
  circuitId: id,
  circuitVersion: z.string().max(40),
  keyKind: z.enum(['development', 'production']),
  vkeyHash: sha256,
  proof: z.strictObject({
    protocol: z.literal('groth16'),
    curve: z.literal('bn128'),
    pi_a: z.array(decimal).length(3),
    pi_b: z.array(z.array(decimal).length(2)).length(3),
    pi_c: z.array(decimal).length(3),
  }),
  publicSignals: z.array(decimal).max(64),
});

const hashText = z.string().length(44);

/** Where the receipt stands in the transparency log, and what leads from there to a signed head of it. */
export const logSchema = z.strictObject({
  index: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** base64, from the leaf upwards */
  hashes: z.array(hashText).max(64),
  /** C2SP signed note */
  checkpoint: z.string().max(4_000),
});

const signer = {
  /** first 16 hex digits of the public key's SHA-256 */
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  publicKey: z.string().regex(/^[0-9a-f]{64}$/),
};

export const signatureSchema = z.discriminatedUnion('alg', [
  z.strictObject({
    alg: z.literal('EdDSA'),
    ...signer,
    /** RFC 7515 in its compact form, without the payload, which is the statement */
    jws: z
      .string()
      .max(400)
      .regex(/^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]{86}$/),
  }),
  /** over the format's name and the statement, as receipts were signed at first */
  z.strictObject({
    alg: z.literal('Ed25519'),
    ...signer,
    value: z.string().regex(/^[0-9a-f]{128}$/),
  }),
]);

export const receiptSchema = z.strictObject({
  format: z.literal(RECEIPT_FORMAT),
  /** what the issuer signs */
  statement: statementSchema,
  signature: signatureSchema,
  /** what the commitments open to, but for the contents: levels basic and full */
  disclosure: disclosureSchema.optional(),
  /** salts of inputs and outputs by step id: with them, content can be checked; without, it cannot be guessed */
  openings: openingsSchema.optional(),
  proof: proofSchema.optional(),
  /** instead of one proof, those of a chain, for runs that one circuit does not hold; in their order */
  proofs: z.array(proofSchema).min(2).max(CHAIN).optional(),
  log: logSchema.optional(),
});

export type Receipt = Readonly<z.output<typeof receiptSchema>>;
export type Statement = Readonly<z.output<typeof statementSchema>>;
export type Disclosure = Readonly<z.output<typeof disclosureSchema>>;
export type DisclosedStep = Readonly<z.output<typeof disclosedStepSchema>>;
export type ReceiptProof = Readonly<z.output<typeof proofSchema>>;
export type Openings = Readonly<z.output<typeof openingsSchema>>;
