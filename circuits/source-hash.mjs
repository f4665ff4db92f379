import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const circomlib = dirname(require.resolve('circomlib/package.json'));

/** Where circom looks for `circomlib/…` */
export const libraryPath = dirname(circomlib);

/** One hash over a circuit's source and everything it includes, and over the compiler that reads it. */
export function sourceHash(source) {
  const hash = createHash('sha256');
  hash.update(`circom2 ${require('circom2/package.json').version} --O2\n`);
  for (const [name, text] of [...includes(join(here, source), new Map())].sort())
    hash.update(`${name} ${text.length}\n${text}`);
  return hash.digest('hex');
}

function includes(file, seen) {
  const inside = file.startsWith(circomlib);
  const name = inside ? `circomlib/${relative(circomlib, file)}` : relative(here, file);
  if (seen.has(name)) return seen;
  const text = readFileSync(file, 'utf8');
  seen.set(name, text);
  for (const [, path] of text.matchAll(/^\s*include\s+"([^"]+)"/gm))
    includes(path.startsWith('circomlib/') ? join(libraryPath, path) : join(dirname(file), path), seen);
  return seen;
}
