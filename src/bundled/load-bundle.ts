import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { CodeCache } from './code-cache.js';
import { mapStackFrames } from './stack-frames.js';

type Wrapper = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  file: string,
  folder: string,
) => void;

/**
 * Runs a program of the bundle (scripts/bundle.mjs) in this process or thread. Its files are CommonJS, because that
 * is what takes a code cache: V8 then starts from the bytecode of an earlier process instead of the text.
 * @param program its first file
 */
export function loadBundle(program: URL, cache = new CodeCache()): void {
  const entry = fileURLToPath(program);
  const folder = dirname(entry);
  const loaded = new Map<string, { exports: object }>();
  mapStackFrames(folder);

  const load = (file: string): object => {
    const known = loaded.get(file);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(file, module);
    run(file, module);
    return module.exports;
  };

  const run = (file: string, module: { exports: object }): void => {
    const text = `(function (exports, require, module, __filename, __dirname) { ${readFileSync(file, 'utf8')}\n})`;
    const cachedData = cache.read(file);
    const script = new Script(text, { filename: file, ...(cachedData && { cachedData }) });
    cache.add(file, script);
    const outside = createRequire(file);
    const require = Object.assign(
      (name: string): unknown => (name.startsWith('./') ? load(join(folder, name)) : outside(name)),
      outside,
    );
    (script.runInThisContext() as Wrapper)(module.exports, require, module, file, folder);
  };

  load(entry);
  cache.keep();
}
