import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { cachedDataVersionTag } from 'node:v8';
import type { Script } from 'node:vm';
import { isMainThread, threadId } from 'node:worker_threads';

/** By then a program that runs for long has started, and has compiled what starting takes. */
const WRITE_AFTER_MS = 2_000;
/** By then it may have worked: what is called while it works is compiled as well, and V8 knows what of it became hot. */
const RENEW_AFTER_MS = [60_000, 600_000];
/** A program that ends has worked if it has run for so long. */
const WORKED_MS = 5_000;

/**
 * What V8 made of the files of a bundle, beside each of them. The name carries V8's version, its flags and the
 * processor, so that processes that run otherwise have a cache of their own. A bundle is in a folder of its own and
 * never changes: a cache beside it is never of another text.
 */
export class CodeCache {
  private readonly missing = new Map<string, Script>();
  private readonly all = new Map<string, Script>();

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
    this.all.set(file, script);
    if (script.cachedDataRejected !== false) this.missing.set(file, script);
  }

  /**
   * Sees that what is missing is written, later: by who ends, or by who has been running for a while. Who has worked,
   * and compiled more than there is, writes that instead: the next program has it from its first moment.
   */
  keep(): void {
    setTimeout(() => void this.writeMissing(), WRITE_AFTER_MS).unref();
    // a thread knows a part of what the program does, and would put it in the place of the whole
    if (isMainThread) for (const ms of RENEW_AFTER_MS) setTimeout(() => void this.renewInTurns(), ms).unref();
    process.once('exit', () => {
      for (const [file, script] of this.missing) write(file, script.createCachedData());
      if (isMainThread && performance.now() > this.workedMs)
        for (const [file, script] of this.all) renew(file, script);
    });
  }

  /** Serialising takes milliseconds a file: nobody waits for more than one. */
  private async writeMissing(): Promise<void> {
    for (const [file, script] of this.missing) {
      this.missing.delete(file);
      write(file, script.createCachedData());
      await nextTurn();
    }
  }

  private async renewInTurns(): Promise<void> {
    for (const [file, script] of this.all) {
      renew(file, script);
      await nextTurn();
    }
  }
}

function renew(file: string, script: Script): void {
  const data = script.createCachedData();
  if (data.length > sizeOf(cacheOf(file))) write(file, data);
}

/** A folder that cannot be written, as in an image, is no failure: code is compiled as it was. */
function write(file: string, data: Buffer): void {
  try {
    const temporary = `${cacheOf(file)}.${process.pid}-${threadId}.tmp`;
    writeFileSync(temporary, data);
    renameSync(temporary, cacheOf(file));
  } catch {
    // nothing depends on it
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
