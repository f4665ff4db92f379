import { availableParallelism } from 'node:os';
import { BoundedThreads } from '../adapters/threads/bounded-threads.js';
import type { Verification } from '../api/dependencies.js';
import type { Config } from '../config.js';
import { Refusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import type { CheckOwn } from '../receipts/receipt-job.js';
import type { Answered, GivenVerdict, Question } from '../verification/question.js';
import { tookTooMuch, tooMuch } from '../verification/too-much.js';
import { type IssuerKey, issuerKeyId, verifyReceipt } from '../verifier/index.js';
import type { OwnTrust, TrustingQuestion, VerificationThreadData } from './verification-thread.js';

/** Keys that signed receipts before the installation kept a history of its keys. */
export const formerKeysOf = (config: Pick<Config, 'FORMER_RECEIPT_KEYS'>): readonly IssuerKey[] =>
  config.FORMER_RECEIPT_KEYS.split(',')
    .filter((key) => key !== '')
    .map((publicKey) => ({ publicKey, keyId: issuerKeyId(publicKey) }));

/** A batch below this many bytes is not worth being read by every thread. */
const SHARED_FROM = 64 * 1024;

/**
 * The verifier with the keys of this installation, in threads; callers bring documents, never keys.
 * @param trust asked for each question: keys change while a process runs
 */
export function openVerification(
  config: Pick<Config, 'PRODUCTION'>,
  trust: () => Promise<OwnTrust>,
): { readonly verification: Verification; close(): Promise<void> } {
  const data: VerificationThreadData = { allowDevelopmentKeys: !config.PRODUCTION };
  const entry = new URL('./verification-thread.js', import.meta.url);
  const threads = new BoundedThreads<TrustingQuestion, Answered>(entry, data, {
    threads: Math.min(2, availableParallelism()),
    waiting: LIMITS.verificationsWaiting,
    time: LIMITS.verificationTime,
    memoryMb: LIMITS.verificationMemoryMb,
  });
  const ask = async (question: Question): Promise<readonly GivenVerdict[]> => {
    const answered = await threads.call({ question, trust: await trust() });
    if ('verdicts' in answered) return answered.verdicts;
    throw new Refusal(answered.refused.code, answered.refused.message);
  };
  const one = async (question: Question): Promise<GivenVerdict> => {
    try {
      return (await ask(question))[0]!;
    } catch (error) {
      if (tookTooMuch(error)) return tooMuch(error);
      throw error;
    }
  };
  const verification: Verification = {
    receipt: (body, hold) => one({ about: 'receipt', body, hold }),
    proof: (body) => one({ about: 'proof', body }),
    receipts: async (body, hold) => {
      const of = body.length < SHARED_FROM ? 1 : threads.threads;
      const parts = Array.from({ length: of }, (_, index) =>
        ask({ about: 'receipts', body, hold, part: { index, of } }),
      );
      return inTurns(await Promise.all(parts));
    },
  };
  return { verification, close: () => threads.close() };
}

/** Puts together what threads found that took every n-th each. */
export function inTurns<T>(parts: readonly (readonly T[])[]): readonly T[] {
  const count = parts.reduce((sum, part) => sum + part.length, 0);
  return Array.from({ length: count }, (_, i) => parts[i % parts.length]![Math.floor(i / parts.length)]!);
}

/** A receipt whose proof is still to come is held to the level it already brings. */
export const checkOwn =
  (config: Config, issuerKeys: () => readonly IssuerKey[]): CheckOwn =>
  async (document) => {
    const awaitsProof = document.statement.level === 'zero-knowledge' && !document.proof;
    const { checks } = await verifyReceipt(document, {
      issuerKeys: issuerKeys(),
      allowDevelopmentKeys: !config.PRODUCTION,
    });
    return checks
      .filter(({ required, passed, name }) => required && !passed && !(awaitsProof && name === 'level'))
      .map(({ name, reason }) => `${name}: ${reason}`);
  };
