import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { cachedDataVersionTag } from 'node:v8';
import type { Script } from 'node:vm';
import { threadId } from 'node:worker_threads';

/** By then a program that runs for long has started, and has compiled what starting takes. */
const WRITE_AFTER_MS = 2_000;

/**
 * What V8 made of the files of a bundle, beside each of them. The name carries V8's version, its flags and the
 * processor, so that processes that run otherwise have a cache of their own. A bundle is in a folder of its own and
 * never changes: a cache beside it is never of another text.
 */
export class CodeCache {
  private readonly missing = new Map<string, Script>();

  read(file: string): Buffer | undefined {
    try {
      return readFileSync(cacheOf(file));
    } catch {
      return undefined;
    }
  }

  /** A script that has just been compiled. */
  add(file: string, script: Script): void {
    if (script.cachedDataRejected !== false) this.missing.set(file, script);
  }

  /** Sees that what is missing is written, later: by who ends, or by who has been running for a while. */
  keep(): void {
    if (this.missing.size === 0) return;
    setTimeout(() => void this.writeInTurns(), WRITE_AFTER_MS).unref();
    process.once('exit', () => {
      for (const each of this.missing) this.write(each);
    });
  }

  /** Serialising takes milliseconds a file: nobody waits for more than one. */
  private async writeInTurns(): Promise<void> {
    for (const each of this.missing) {
      this.write(each);
      await nextTurn();
    }
  }

  /** A folder that cannot be written, as in an image, is no failure: code is compiled as it was. */
  private write([file, script]: readonly [string, Script]): void {
    this.missing.delete(file);
    try {
      const temporary = `${cacheOf(file)}.${process.pid}-${threadId}.tmp`;
      writeFileSync(temporary, script.createCachedData());
      renameSync(temporary, cacheOf(file));
    } catch {
      // nothing depends on it
    }
  }
}

const TAG = cachedDataVersionTag().toString(16);
const cacheOf = (file: string): string => `${file}.${TAG}.cache`;
