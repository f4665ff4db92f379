import { workerData } from 'node:worker_threads';
import { answerEach } from '../adapters/threads/answer-each.js';
import { answerQuestion } from '../verification/answer-question.js';
import type { Question } from '../verification/question.js';
import type { IssuerKey } from '../verifier/index.js';
import { openWasmPairing } from '../verifier/wasm/wasm-pairing.js';

/** What {@link file://./verification.ts} gives this thread. */
export interface VerificationThreadData {
  readonly issuerKeys: readonly IssuerKey[];
  readonly allowDevelopmentKeys: boolean;
}

const options = { ...(workerData as VerificationThreadData), pairing: await openWasmPairing() };
answerEach((question: Question) => answerQuestion(question, options));
