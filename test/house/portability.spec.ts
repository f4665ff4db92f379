import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** Every file and package that a module needs, at any depth. */
function needs(file: string, found = { files: new Set<string>(), packages: new Set<string>() }) {
  if (found.files.has(file)) return found;
  found.files.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, name] of text.matchAll(/^(?:import|export)[^;]*?from '([^']+)';/gm)) {
    if (!name!.startsWith('.')) found.packages.add(name!);
    else needs(join(dirname(file), name!.replace(/\.js$/, '.ts')), found);
  }
  return found;
}

it('the verifier runs in a browser: it needs the kernel and portable libraries, nothing of Node', () => {
  const { files, packages } = needs(join(src, 'verifier', 'index.ts'));
  expect([...files].every((file) => existsSync(file))).toBe(true);
  const folders = new Set([...files].map((file) => relative(src, file).split('/')[0]));
  expect([...folders].sort()).toEqual(['kernel', 'verifier']);
  expect([...packages].sort()).toEqual([
    '@noble/curves/bn254.js',
    '@noble/curves/ed25519.js',
    '@noble/hashes/hmac.js',
    '@noble/hashes/sha2.js',
    'canonicalize',
    'zod',
  ]);
});
