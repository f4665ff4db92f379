import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);

/** Every row of the workflow's state machine (domain.md 5). */
const ROWS = Array.from({ length: 44 }, (_, index) => `T${String(index + 1).padStart(2, '0')}`);

/** Rows that nobody has built yet. A row that has got its test may not stay here. */
const OPEN: readonly string[] = [];

/** A test's name, or that of a case of `it.each`, begins with the rows it is about: `T26, T29 what …`. */
const NAMED = /(?<=[([]\s*)(['"`])(T\d\d(?:(?:, | and | to )T\d\d)*)[ :]/g;

function rowsNamedIn(spec: string): readonly string[] {
  return [...spec.matchAll(NAMED)].flatMap(([, , rows]) => rows!.match(/T\d\d/g) ?? []);
}

function specs(folder: string): string[] {
  return (readdirSync(new URL(folder, ROOT), { recursive: true }) as string[])
    .filter((file) => file.endsWith('.spec.ts') && !file.endsWith('state-machine-rows.spec.ts'))
    .map((file) => readFileSync(new URL(`${folder}${file}`, ROOT), 'utf8'));
}

describe('the state machine', () => {
  const named = new Set(['src/', 'test/'].flatMap(specs).flatMap(rowsNamedIn));

  it('has a test named after every row that is built', () => {
    expect(ROWS.filter((row) => !named.has(row) && !OPEN.includes(row))).toEqual([]);
  });

  it('has no row left open that has got its test', () => {
    expect(OPEN.filter((row) => named.has(row))).toEqual([]);
  });

  it('has no test named after a row that there is not', () => {
    expect([...named].filter((row) => !ROWS.includes(row))).toEqual([]);
  });
});

describe('the rows a spec names', () => {
  it.each([
    ["it('T05 a cancelled plan is ignored', () => {", ['T05']],
    ['it("T26, T29 and T32 undo", async () => {', ['T26', 'T29', 'T32']],
    ["    ['T09 while it awaits approval', [create()], undefined],", ['T09']],
    ['describe.each(events)(`T44: %s`, () => {', ['T44']],
  ])('are read from %s', (line, rows) => expect(rowsNamedIn(line)).toEqual(rows));

  it.each(["const T05 = 'T05';", '// T05 is elsewhere', "it('does T05 twice', () => {", "told('a', 'T05x')"])(
    'are not read from %s',
    (line) => expect(rowsNamedIn(line)).toEqual([]),
  );
});
