import { closeSync, fdatasync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { Refusal } from '../../kernel/errors.js';

export interface Entry {
  readonly offset: number;
  readonly length: number;
}

const CHUNK = 1024 * 1024;

/**
 * An append-only file of JSON lines. Lines are written at once and flushed in groups; `durable()` resolves when
 * everything written before the call is on the disk. A line torn by a crash was never answered for and is cut off.
 */
export class Journal {
  readonly #file: number;
  #end: number;
  #flushed: number;
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(readonly path: string) {
    this.#file = openSync(path, 'a+', 0o600);
    this.#end = statSync(path).size;
    this.#flushed = this.#end;
  }

  get end(): number {
    return this.#end;
  }

  append(value: unknown): Entry {
    this.#assertSound();
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    const entry = { offset: this.#end, length: line.length };
    for (let written = 0; written < line.length; )
      written += writeSync(this.#file, line, written, line.length - written);
    this.#end += line.length;
    return entry;
  }

  read(entry: Entry): unknown {
    const buffer = Buffer.alloc(entry.length);
    const got = readSync(this.#file, buffer, 0, entry.length, entry.offset);
    if (got !== entry.length) throw damaged(this.path, entry.offset);
    return JSON.parse(buffer.toString());
  }

  /** Reads every line from `offset` on, and cuts off a torn last one. */
  replay(offset: number, visit: (value: unknown, entry: Entry) => void): void {
    let position = offset;
    let rest = Buffer.alloc(0);
    const chunk = Buffer.alloc(CHUNK);
    for (;;) {
      const got = readSync(this.#file, chunk, 0, CHUNK, position + rest.length);
      rest = Buffer.concat([rest, chunk.subarray(0, got)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        visit(this.#parse(rest.toString('utf8', 0, end), position), { offset: position, length: end + 1 });
        rest = rest.subarray(end + 1);
        position += end + 1;
      }
      if (got === 0) break;
    }
    if (rest.length > 0) ftruncateSync(this.#file, position);
    this.#end = position;
    this.#flushed = Math.min(this.#flushed, position);
  }

  async durable(): Promise<void> {
    const wanted = this.#end;
    while (this.#flushed < wanted) {
      this.#assertSound();
      this.#flushing ??= this.#flush();
      await this.#flushing;
    }
    this.#assertSound();
  }

  close(): void {
    closeSync(this.#file);
  }

  #flush(): Promise<void> {
    const covered = this.#end;
    return new Promise((resolve, reject) => {
      fdatasync(this.#file, (error) => {
        this.#flushing = undefined;
        // After a failed flush nobody knows what the disk holds: memory must not be trusted beyond it.
        if (error) this.#failure = error;
        else this.#flushed = Math.max(this.#flushed, covered);
        error ? reject(error) : resolve();
      });
    });
  }

  #parse(line: string, offset: number): unknown {
    try {
      return JSON.parse(line);
    } catch {
      throw damaged(this.path, offset);
    }
  }

  #assertSound(): void {
    if (this.#failure)
      throw new Refusal(
        'CHAIN_JOURNAL_LOST',
        'The chain could not write its journal; start it again.',
        {},
        'unknown',
        { cause: this.#failure },
      );
  }
}

const damaged = (path: string, offset: number): Refusal =>
  new Refusal('CHAIN_JOURNAL_DAMAGED', `The chain journal is damaged at byte ${offset}.`, { path, offset });
