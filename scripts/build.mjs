/**
 * Compiles src/ to dist/ file by file with swc, which checks no types (`tsc` in the test command does). Only what
 * changed since the last build is compiled, and what has gone from src/ goes from dist/ too. Of the verifier it makes
 * dist/verify.html as well.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePage } from './build-page.mjs';
import { bundle } from './bundle.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');
const DIST = join(ROOT, 'dist');
const MANIFEST = join(DIST, 'manifest.json');
const PAGE = 'verify.html';
/** made of dist/ itself, by bundle.mjs */
const isOfBundle = (file) => /^bundle[/\\]/.test(file);

/** what the page is made of */
const isOfPage = (file) => /^(verifier|kernel)[/\\]/.test(file);
const isCode = (file) => file.endsWith('.ts');
const isWanted = (file) => !/(\.spec\.ts|\.d\.ts|\.md)$/.test(file);
const outputsOf = (file) =>
  isCode(file) ? [file.replace(/\.ts$/, '.js'), file.replace(/\.ts$/, '.js.map')] : [file];

/** @returns how many files were compiled or copied, and how many outputs of vanished files were removed */
export async function build() {
  const settings = await settingsHash();
  const before = await readManifest(settings);
  const outputs = namesIn(DIST);
  const present = new Set(outputs);
  const stamps = stampsOf(namesIn(SRC).filter(isWanted));
  const wanted = Object.keys(stamps);
  const stale = wanted.filter(
    (file) => before[file] !== stamps[file] || !outputsOf(file).every((output) => present.has(output)),
  );
  const expected = new Set(['manifest.json', PAGE, ...wanted.flatMap(outputsOf)]);
  const orphans = outputs.filter((output) => !expected.has(output) && !isOfBundle(output) && isFile(output));
  const pageIsStale = !present.has(PAGE) || stale.some(isOfPage);
  if (stale.length + orphans.length === 0 && !pageIsStale) return { written: 0, removed: 0 };

  // A build that is interrupted leaves no manifest that claims more than was done.
  await rm(MANIFEST, { force: true });
  await Promise.all(
    [...new Set(stale.map((file) => dirname(join(DIST, file))))].map((d) => mkdir(d, { recursive: true })),
  );
  await compile(stale.filter(isCode));
  await Promise.all(stale.filter((file) => !isCode(file)).map(copy));
  await Promise.all(orphans.map((output) => rm(join(DIST, output))));
  if (pageIsStale) await replace(join(DIST, PAGE), await makePage(DIST));
  await replace(MANIFEST, JSON.stringify({ settings, stamps }));
  return { written: stale.length + (pageIsStale ? 1 : 0), removed: orphans.length };
}

async function compile(files) {
  if (files.length === 0) return;
  // Loading swc takes longer than finding out that there is nothing to do.
  const { transformFile } = await import('@swc/core');
  await Promise.all(
    files.map(async (file) => {
      const sourceFileName = relative(dirname(join(DIST, file)), join(SRC, file));
      const { code, map } = await transformFile(join(SRC, file), { cwd: ROOT, sourceFileName });
      const [js, jsMap] = outputsOf(file).map((output) => join(DIST, output));
      await replace(jsMap, map);
      await replace(js, `${code}//# sourceMappingURL=${basename(jsMap)}\n`);
    }),
  );
}

const copy = async (file) => replace(join(DIST, file), await readFile(join(SRC, file)));

/** Never leaves half a file, even with another build running beside this one. */
async function replace(path, content) {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

/** of files and folders; to tell which is which takes five times as long as the names alone */
const namesIn = (folder) => (existsSync(folder) ? readdirSync(folder, { recursive: true }) : []);

/** A thousand looks, each far shorter than the way through the thread pool and back. Every start waits for them. */
function stampsOf(names) {
  const stamps = {};
  for (const name of names) {
    const found = lookAt(`${SRC}/${name}`);
    if (found?.isFile()) stamps[name] = `${found.mtimeMs}/${found.size}`;
  }
  return stamps;
}

/** another build beside this one may have removed it */
const lookAt = (path) => statSync(path, { throwIfNoEntry: false });
const isFile = (output) => lookAt(join(DIST, output))?.isFile();

/** What decides the outcome besides the sources: the compiler, its settings and this script. */
async function settingsHash() {
  const compiler = createRequire(import.meta.url).resolve('@swc/core/package.json');
  const scripts = ['build.mjs', 'build-page.mjs'].map((name) => join(ROOT, 'scripts', name));
  const parts = [compiler, join(ROOT, '.swcrc'), ...scripts].map((path) => readFile(path));
  const hash = createHash('sha256');
  for (const part of await Promise.all(parts)) hash.update(part);
  return hash.digest('hex');
}

async function readManifest(settings) {
  try {
    const manifest = JSON.parse(await readFile(MANIFEST, 'utf8'));
    return manifest.settings === settings ? manifest.stamps : {};
  } catch {
    return {};
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const { written, removed } = await build();
  await bundle();
  const ms = Math.round(performance.now() - started);
  console.log(`${written} files built, ${removed} removed, in ${ms} ms`);
}
