import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Journal } from './journal.js';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
const path = join(folder, 'journal.jsonl');
let journal: Journal;

beforeEach(() => {
  writeFileSync(path, '');
  journal = new Journal(path);
});
afterEach(() => journal.close());
afterAll(() => rmSync(folder, { recursive: true }));

function reopened(from = 0): unknown[] {
  journal.close();
  journal = new Journal(path);
  const lines: unknown[] = [];
  journal.replay(from, (line) => lines.push(line));
  return lines;
}

describe('a journal', () => {
  it('gives back what was written, in order, also from the middle on', () => {
    const entries = [1, 2, 3].map((n) => journal.append({ n, text: 'ä'.repeat(n) }));
    expect(reopened()).toHaveLength(3);
    expect(reopened(entries[1]!.offset)).toEqual([
      { n: 2, text: 'ää' },
      { n: 3, text: 'äää' },
    ]);
    expect(journal.read(entries[2]!)).toEqual({ n: 3, text: 'äää' });
  });

  it('reads lines longer than it reads at once', () => {
    const long = { text: 'x'.repeat(3_000_000) };
    journal.append(long);
    journal.append('after');
    expect(reopened()).toEqual([long, 'after']);
  });

  it('says durable only after all that was written before', async () => {
    journal.append('a');
    const first = journal.durable();
    journal.append('b');
    await Promise.all([first, journal.durable(), journal.durable()]);
    expect(readFileSync(path, 'utf8')).toBe('"a"\n"b"\n');
  });

  it('cuts off a line torn by a crash, and goes on behind it', () => {
    journal.append('whole');
    appendFileSync(path, '{"torn":');
    expect(reopened()).toEqual(['whole']);
    journal.append('next');
    expect(reopened()).toEqual(['whole', 'next']);
  });

  it('damaged in the middle is refused, never repaired by forgetting', () => {
    journal.append('whole');
    appendFileSync(path, '{"torn":\n"after"\n');
    expect(() => reopened()).toThrow(
      expect.objectContaining({ code: 'CHAIN_JOURNAL_DAMAGED', figures: { path, offset: 8 } }),
    );
  });
});
