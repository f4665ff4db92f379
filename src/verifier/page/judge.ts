import { LIMITS } from '../../kernel/limits.js';
import {
  type Receipt,
  readDocument,
  receiptSchema,
  type Verdict,
  type VerifyOptions,
  verifyRead,
  withoutEnvelope,
} from '../index.js';

/** What came of one file: the verdict, and the receipt where the file is one, valid or not. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly receipt?: Receipt;
}

export function judge(bytes: Uint8Array, options: VerifyOptions): Judgement {
  const read = withoutEnvelope(readDocument(bytes));
  const verdict = verifyRead([read], options)[0]!;
  const parsed = 'complaint' in read ? undefined : receiptSchema.safeParse(read.value);
  return parsed?.success ? { verdict, receipt: parsed.data } : { verdict };
}

/** What is said of a file that nobody could finish checking. */
export const unfinished = (reason: string): Judgement => ({
  verdict: { valid: false, checks: [{ name: 'limits', required: true, passed: false, reason }] },
});

/** @returns why a file of this size is not even read */
export const tooLarge = (size: number): Judgement | undefined =>
  size > LIMITS.receiptBytes
    ? unfinished(`It has ${size} bytes; at most ${LIMITS.receiptBytes} are read.`)
    : undefined;
