import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { BoundedThreads } from '../adapters/threads/bounded-threads.js';
import { isRefusal } from '../kernel/errors.js';
import { LIMITS } from '../kernel/limits.js';
import type { GivenVerdict } from '../verification/question.js';
import { tookTooMuch, tooMuch } from '../verification/too-much.js';
import type { VerifyOptions } from '../verifier/index.js';
import { readBytes } from './input-files.js';
import type { FilesToVerify } from './verification-thread.js';

/** Files one thread takes at a time: enough to share what pairings cost. */
const TOGETHER = 250;

/**
 * Verifies files in threads with limits of time and memory. One alone that cannot be read is refused; among several
 * it is one that is not valid.
 * @throws Refusal FILE_UNREADABLE
 */
export async function verifyFiles(
  paths: readonly string[],
  options: VerifyOptions,
): Promise<readonly GivenVerdict[]> {
  const entry = new URL('./verification-thread.js', import.meta.url);
  const threads = new BoundedThreads<FilesToVerify, readonly GivenVerdict[]>(entry, undefined, {
    threads: Math.min(2, availableParallelism()),
    waiting: paths.length,
    time: LIMITS.verificationTime,
    memoryMb: LIMITS.verificationMemoryMb,
  });
  try {
    const pieces: Promise<readonly GivenVerdict[]>[] = [];
    for (let from = 0; from < paths.length; from += TOGETHER) {
      const piece = paths.slice(from, from + TOGETHER);
      const files = piece.map((path) => (paths.length === 1 ? content(path) : contentOrComplaint(path)));
      pieces.push(threads.call({ files, options }).catch((error: unknown) => unfinished(piece, error)));
      // no more is read than the threads have work for
      if (pieces.length > threads.threads) await pieces[pieces.length - threads.threads - 1];
    }
    return (await Promise.all(pieces)).flat();
  } finally {
    await threads.close();
  }
}

function unfinished(piece: readonly string[], error: unknown): readonly GivenVerdict[] {
  if (tookTooMuch(error)) return piece.map(() => tooMuch(error));
  throw error;
}

/** A file that is too large is not even read. */
function content(path: string): Uint8Array | string {
  const { size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return size > LIMITS.receiptBytes
    ? `It has ${size} bytes; at most ${LIMITS.receiptBytes} are read.`
    : readBytes(path);
}

function contentOrComplaint(path: string): Uint8Array | string {
  try {
    return content(path);
  } catch (error) {
    if (isRefusal(error)) return error.message;
    throw error;
  }
}
