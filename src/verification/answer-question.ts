import { z } from 'zod';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import {
  type ReadDocument,
  readDocument,
  readStrictJson,
  sentence,
  textOf,
  type VerifyOptions,
  verifyProof,
  verifyRead,
  withoutEnvelope,
} from '../verifier/index.js';
import type { Answered, GivenVerdict, Question } from './question.js';

/** What the verifier's owner decides. */
export type OwnOptions = Omit<VerifyOptions, 'level' | 'context' | 'contents'>;

/**
 * Whatever a stranger sends is answered: by verdicts where it can be told what was asked, by a refusal where not.
 * Runs in a thread, on bytes, so that nobody else waits while they are read.
 */
export function answerQuestion(question: Question, options: OwnOptions): Answered {
  try {
    return { verdicts: verdictsOn(question, options) };
  } catch (error) {
    if (isRefusal(error)) return { refused: { code: 'VALIDATION_FAILED', message: error.message } };
    throw error;
  }
}

function verdictsOn(question: Question, options: OwnOptions): readonly GivenVerdict[] {
  switch (question.about) {
    case 'receipt':
      return verifyRead([oneReceipt(question.body)], { ...options, ...question.hold });
    case 'receipts': {
      const { index, of } = question.part;
      const mine = manyReceipts(question.body).filter((_, i) => i % of === index);
      return verifyRead(mine, { ...options, ...question.hold });
    }
    case 'proof':
      return [proofVerdict(question.body, options)];
  }
}

/** The document itself, or `{receipt: document}`. @throws Refusal for what is no JSON */
function oneReceipt(body: Uint8Array): ReadDocument {
  const read = readDocument(body);
  if ('complaint' in read) {
    if (!read.isJson) throw new Refusal('NOT_JSON', read.complaint);
    return read;
  }
  if (isDisclosed(read.value)) return withoutEnvelope(read);
  return { value: isWrapped(read.value) ? read.value.receipt : read.value };
}

/** As the API hands out the disclosure of a step. */
const isDisclosed = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'disclosure' in value && !('format' in value);

const isWrapped = (value: unknown): value is { receipt: unknown } =>
  typeof value === 'object' && value !== null && 'receipt' in value && !('format' in value);

const batchSchema = z.strictObject({
  receipts: z.array(z.unknown()).min(1).max(LIMITS.verifiedTogether),
});

/** What is ambiguous in one document says nothing about the others. */
function manyReceipts(body: Uint8Array): readonly ReadDocument[] {
  const { value, ambiguities } = readStrictJson(text(body));
  const outside = ambiguities.find(({ path }) => path[0] !== 'receipts' || path.length < 2);
  if (outside) throw new Refusal('AMBIGUOUS_JSON', sentence(outside));
  const { receipts } = parsed(batchSchema, value);
  const complaints = new Map<unknown, string>();
  for (const { path, why } of ambiguities) {
    const [, at, ...within] = path;
    if (!complaints.has(at)) complaints.set(at, sentence({ path: within, why }));
  }
  return receipts.map((receipt, i): ReadDocument => {
    const complaint = complaints.get(i);
    return complaint === undefined ? { value: receipt } : { complaint, isJson: true };
  });
}

const proofSchema = z.strictObject({
  circuitId: z.string().min(1).max(80),
  circuitVersion: z.string().min(1).max(40).optional(),
  proof: z.unknown(),
  publicSignals: z.unknown(),
});

function proofVerdict(body: Uint8Array, options: OwnOptions): GivenVerdict {
  const { value, ambiguities } = readStrictJson(text(body));
  const { circuitId, circuitVersion, proof, publicSignals } = parsed(proofSchema, value);
  const [first] = ambiguities;
  if (first) {
    const check = { name: 'proof', required: true, passed: false, reason: sentence(first) };
    return { valid: false, checks: [check] };
  }
  const asked = circuitVersion === undefined ? options : { ...options, circuitVersion };
  return verifyProof(circuitId, proof, publicSignals, asked);
}

function text(body: Uint8Array): string {
  try {
    return textOf(body);
  } catch {
    throw new Refusal('NOT_JSON', 'This is not text in UTF-8.');
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [problem] = error.issues;
  const where = problem?.path.join('.') || 'body';
  throw new Refusal(
    'VALIDATION_FAILED',
    `The body is not what this call takes: ${where}: ${problem?.message}.`,
  );
}
