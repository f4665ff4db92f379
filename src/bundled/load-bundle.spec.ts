import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../../test/kit/folder.js';

const TYPESCRIPT = new URL('../../test/kit/typescript.mjs', import.meta.url).href;
const LOADER = new URL('./load-bundle.ts', import.meta.url).href;
const CACHE = new URL('./code-cache.ts', import.meta.url).href;

/** Line 3 of the second file is line 7 of its source. */
const FILES = {
  'program.cjs': `const { sum } = require('./part.cjs');
const { basename } = require('node:path');
console.log(sum(1, 2), basename(__filename), require('./part.cjs').sum === sum);
if (process.argv[2] === 'fail') { try { sum(); } catch (error) { console.log(error.stack); } }
if (process.argv[2] === 'work') require('./part.cjs').work();
`,
  'part.cjs': `// two lines
// of comment
exports.sum = (a, b) => { if (a === undefined) ofPackage(); return a + b; };
function ofPackage() { throw new RangeError('nothing to add'); }
exports.work = () => { const all = []; for (let n = 0; n < 10; n++) all.push({ n, text: String(n) }); return all; };
`,
  'part.cjs.map': JSON.stringify({
    version: 3,
    file: 'part.cjs',
    sources: ['../src/part.ts'],
    names: [],
    mappings: ';;AAMA',
  }),
};

describe('a bundle', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder.path, name), text);
    const launcher = `import { loadBundle } from '${LOADER}'; loadBundle(new URL('./program.cjs', import.meta.url));`;
    writeFileSync(join(folder.path, 'program.mjs'), launcher);
    const worked = `import { CodeCache } from '${CACHE}'; ${launcher.replace('url))', 'url), new CodeCache(0))')}`;
    writeFileSync(join(folder.path, 'worked.mjs'), worked);
  });
  afterEach(() => folder.remove());

  const run = (flags: readonly string[] = [], ...args: readonly string[]) =>
    start('program.mjs', flags, args);
  const start = (launcher: string, flags: readonly string[] = [], args: readonly string[] = []) => {
    const program = [...flags, '--import', TYPESCRIPT, join(folder.path, launcher), ...args];
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout, stderr } = spawnSync(process.execPath, program, { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout;
  };
  const caches = () =>
    readdirSync(folder.path)
      .filter((name) => name.endsWith('.cache'))
      .sort();
  const SAID = '3 program.cjs true\n';

  it('runs its files, each once, and leaves what V8 made of them to the next process', () => {
    expect(run()).toBe(SAID);
    expect(caches().map((name) => name.replace(/\.[0-9a-f]+\.cache$/, ''))).toEqual([
      'part.cjs',
      'program.cjs',
    ]);
    const before = caches().map((name) => statSync(join(folder.path, name)).ino);
    expect(run()).toBe(SAID);
    expect(caches().map((name) => statSync(join(folder.path, name)).ino)).toEqual(before);
  });

  it('takes over from a program that has worked what it has compiled meanwhile, and nothing from one that knows less', () => {
    const part = () => statSync(join(folder.path, caches()[0]!));
    run();
    const started = part();
    run([], 'work');
    expect(part().ino).toBe(started.ino);
    expect(start('worked.mjs', [], ['work'])).toBe(SAID);
    const worked = part();
    expect(worked.size).toBeGreaterThan(started.size);
    start('worked.mjs');
    expect(part().ino).toBe(worked.ino);
  });

  it('keeps a cache for each set of flags, since V8 takes none of another', () => {
    run();
    run(['--max-lazy']);
    expect(caches()).toHaveLength(4);
  });

  it('runs whatever lies where a cache should be, and puts a good one there', () => {
    run();
    const [first, second] = caches().map((name) => join(folder.path, name));
    const good = readFileSync(second!);
    writeFileSync(first!, 'no cache');
    writeFileSync(second!, good.subarray(0, good.length / 2));
    expect(run()).toBe(SAID);
    expect(readFileSync(second!).length).toBeGreaterThan(good.length / 2);
    expect(readFileSync(first!, 'latin1')).not.toBe('no cache');
  });

  it('runs where nothing can be written', () => {
    run();
    for (const name of caches()) {
      rmSync(join(folder.path, name));
      mkdirSync(join(folder.path, name, 'taken'), { recursive: true });
    }
    expect(run()).toBe(SAID);
  });

  it('names the source and its line in a stack trace, and the file of the bundle where no line is known', () => {
    const source = join(folder.path, '..', 'src', 'part.ts');
    const [, head, ofPackage, frame, other] = run([], 'fail').split('\n');
    expect(head).toBe('RangeError: nothing to add');
    expect(ofPackage).toContain(`${join(folder.path, 'part.cjs')}:4:`);
    expect(frame).toContain(`${source}:7:1`);
    expect(other).toContain(`${join(folder.path, 'program.cjs')}:4:`);
  });
});
