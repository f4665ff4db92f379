import '../adapters/system/escaped-keys.js';
import { workerData } from 'node:worker_threads';
import { answerEach } from '../adapters/threads/answer-each.js';
import { answerQuestion } from '../verification/answer-question.js';
import type { Question } from '../verification/question.js';
import type { VerifyOptions } from '../verifier/index.js';
import { openWasmPairing } from '../verifier/wasm/wasm-pairing.js';

/** What {@link file://./verification.ts} gives this thread. */
export interface VerificationThreadData {
  readonly allowDevelopmentKeys: boolean;
}

/** Whom the installation trusts at the moment: itself, but for what it took back. */
export type OwnTrust = Pick<VerifyOptions, 'issuerKeys' | 'revocations' | 'log'>;

export interface TrustingQuestion {
  readonly question: Question;
  readonly trust: OwnTrust;
}

const given = workerData as VerificationThreadData;
// questions wait until it listens
void openWasmPairing().then((pairing) => {
  const options = { ...given, pairing };
  answerEach(({ question, trust }: TrustingQuestion) => answerQuestion(question, { ...options, ...trust }));
});
