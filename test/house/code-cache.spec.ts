import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CMD = /^CMD (.*)$/m.exec(readFileSync(join(ROOT, 'deploy/Containerfile'), 'utf8'))![1]!;

/** What the container runs, in a folder that holds what its image holds. */
describe('the code cache of an image', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
    for (const name of ['dist', 'scripts/code-cache.mjs', 'package.json'])
      cpSync(join(ROOT, name), join(folder.path, name), {
        recursive: true,
        filter: (file) => !/\.(cache|tmp)$/.test(file),
      });
    symlinkSync(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
  });
  afterEach(() => folder.remove());

  const node = (args: readonly string[]) =>
    spawnSync(process.execPath, args, { cwd: folder.path, env: {}, encoding: 'utf8' });
  const caches = () => {
    const bundles = join(folder.path, 'dist/bundle');
    const { key } = JSON.parse(readFileSync(join(bundles, 'current.json'), 'utf8')) as { key: string };
    const names = readdirSync(join(bundles, key)).filter((name) => name.endsWith('.cache'));
    return names.map((name) => [name, statSync(join(bundles, key, name)).ino] as const);
  };

  it('is all that the container needs: V8 takes each file of it as it is', () => {
    expect(caches()).toEqual([]);
    expect(node(['scripts/code-cache.mjs']).stdout).toMatch(/^The code cache has \d+ files\.\n$/);
    const made = caches();
    expect(made.length).toBeGreaterThan(10);
    const [program, ...args] = JSON.parse(CMD) as string[];
    expect(program).toBe('node');
    expect(node(args).stderr).toMatch(/^CONFIG_INVALID/);
    expect(caches()).toEqual(made);
  });

  it('is not said to be made by a program that does not get so far', () => {
    const { key } = JSON.parse(readFileSync(join(folder.path, 'dist/bundle/current.json'), 'utf8')) as {
      key: string;
    };
    writeFileSync(join(folder.path, 'dist/bundle', key, 'main.cjs'), 'throw new Error("broken");');
    expect(node(['scripts/code-cache.mjs'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('broken'),
    });
  });
});
