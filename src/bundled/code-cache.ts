import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { cachedDataVersionTag } from 'node:v8';
import type { Script } from 'node:vm';
import { isMainThread, threadId } from 'node:worker_threads';

/** By then a program that runs for long has started, and has compiled what starting takes. */
const WRITE_AFTER_MS = 2_000;
/** By then it may have worked: what is called while it works is compiled as well. */
const RENEW_AFTER_MS = [60_000, 600_000];
/** A program that ends has worked if it has run for so long. */
const WORKED_MS = 5_000;

/**
 * What V8 made of the files of a bundle, beside each of them. The name carries V8's version, its flags and the
 * processor, so that processes that run otherwise have a cache of their own. A bundle is in a folder of its own and
 * never changes: a cache beside it is never of another text.
 */
export class CodeCache {
  private readonly scripts = new Map<string, Script>();
  /** those without a cache that V8 took */
  private readonly missing = new Set<string>();

  /** @param workedMs that a program has run for when it has worked */
  constructor(private readonly workedMs = WORKED_MS) {}

  read(file: string): Buffer | undefined {
    try {
      return readFileSync(cacheOf(file));
    } catch {
      return undefined;
    }
  }

  /** A script that has just been compiled. */
  add(file: string, script: Script): void {
    this.scripts.set(file, script);
    if (script.cachedDataRejected !== false) this.missing.add(file);
  }

  /**
   * Sees that what is missing is written, later: by who ends, or by who has been running for a while. Who has worked,
   * and compiled more than there is, writes that instead: the next program has it from its first moment.
   */
  keep(): void {
    setTimeout(() => void this.writeInTurns(this.missing), WRITE_AFTER_MS).unref();
    // a thread knows a part of what the program does, and would put it in the place of the whole
    if (isMainThread)
      for (const ms of RENEW_AFTER_MS)
        setTimeout(() => void this.writeInTurns(this.scripts.keys()), ms).unref();
    process.once('exit', () => {
      const hasWorked = isMainThread && performance.now() > this.workedMs;
      for (const file of hasWorked ? this.scripts.keys() : this.missing) this.write(file);
    });
  }

  /** Serialising takes milliseconds a file: nobody waits for more than one. */
  private async writeInTurns(files: Iterable<string>): Promise<void> {
    for (const file of files) {
      this.write(file);
      await nextTurn();
    }
  }

  /** A folder that cannot be written, as in an image, is no failure: code is compiled as it was. */
  private write(file: string): void {
    const data = this.scripts.get(file)!.createCachedData();
    if (!this.missing.delete(file) && data.length <= sizeOf(cacheOf(file))) return;
    try {
      const temporary = `${cacheOf(file)}.${process.pid}-${threadId}.tmp`;
      writeFileSync(temporary, data);
      renameSync(temporary, cacheOf(file));
    } catch {
      // nothing depends on it
    }
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

const TAG = cachedDataVersionTag().toString(16);
const cacheOf = (file: string): string => `${file}.${TAG}.cache`;
