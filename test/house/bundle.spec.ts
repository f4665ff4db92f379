import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyOf } from '../../scripts/bundle.mjs';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';

describe('the key of a bundle', () => {
  let folder: TemporaryFolder;
  const put = (file: string, text: string) => writeFileSync(join(folder.path, file), text);
  beforeAll(() => {
    folder = temporaryFolder();
    for (const name of ['dist', 'node_modules']) mkdirSync(join(folder.path, name));
  });
  afterAll(() => folder.remove());

  it('stays while nothing changes, and is another one after any change of what is bundled', async () => {
    const keys = [await keyOf(folder.path)];
    for (const file of ['dist/manifest.json', 'package-lock.json', 'node_modules/.package-lock.json']) {
      put(file, 'one');
      keys.push(await keyOf(folder.path));
      put(file, 'another');
      keys.push(await keyOf(folder.path));
    }
    expect(new Set(keys).size).toBe(7);
    expect(await keyOf(folder.path)).toBe(keys.at(-1));
  });

  it('tells apart which of two files holds a text', async () => {
    put('package-lock.json', 'xy');
    put('node_modules/.package-lock.json', 'z');
    const before = await keyOf(folder.path);
    put('package-lock.json', 'x');
    put('node_modules/.package-lock.json', 'yz');
    expect(await keyOf(folder.path)).not.toBe(before);
  });
});
