import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Golden files hold what was stored once. `GOLDEN=write` adds what is missing and never changes what stands there:
 * an entry that was never released is removed by hand first.
 */
export const mayWrite = process.env['GOLDEN'] === 'write';

export const readGolden = <T>(file: URL): T => JSON.parse(readFileSync(file, 'utf8')) as T;

export const writeGolden = (file: URL, value: unknown): void =>
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
