/**
 * Makes the code cache of a bundle that will lie where no process can leave one, as in an image. The program is
 * started with the flags of `npm start` and without a configuration: it loads all of itself, ends, and leaves its
 * cache as any process does. Run it by the very Node that will run the program: `node scripts/code-cache.mjs`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLES = join(ROOT, 'dist', 'bundle');

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const flags = scripts.start.split(' ').filter((word) => word.startsWith('--'));
const { stderr } = spawnSync(process.execPath, [...flags, join(BUNDLES, 'main.mjs')], {
  env: {},
  encoding: 'utf8',
});
const { key } = JSON.parse(readFileSync(join(BUNDLES, 'current.json'), 'utf8'));
const made = readdirSync(join(BUNDLES, key)).filter((name) => name.endsWith('.cache'));
// what ended otherwise, or earlier, has not loaded all of itself
if (!stderr.startsWith('CONFIG_INVALID') || !made.some((name) => name.startsWith('main.cjs.'))) {
  console.error(`No code cache was made. The program said: ${stderr}`);
  process.exit(1);
}
console.log(`The code cache has ${made.length} files.`);
