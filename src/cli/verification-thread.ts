import '../adapters/system/escaped-keys.js';
import { answerEach } from '../adapters/threads/answer-each.js';
import type { GivenVerdict } from '../verification/question.js';
import { readDocument, type VerifyOptions, verifyRead, withoutEnvelope } from '../verifier/index.js';
import { openWasmPairing } from '../verifier/wasm/wasm-pairing.js';

/** Files as they lie there, or why they were not read; what they are held to. */
export interface FilesToVerify {
  readonly files: readonly (Uint8Array | string)[];
  readonly options: VerifyOptions;
}

// files wait until it listens
void openWasmPairing().then((pairing) =>
  answerEach(({ files, options }: FilesToVerify): readonly GivenVerdict[] =>
    verifyRead(
      files.map((file) =>
        typeof file === 'string' ? { complaint: file, isJson: false } : withoutEnvelope(readDocument(file)),
      ),
      { ...options, pairing },
    ),
  ),
);
