/**
 * Everything that must hold on a fresh machine, lane after lane. `npm test -- golden unit` runs some of them.
 * The last line counts all lanes; a lane without jest counts as one test, and one that could not run as failed.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runLanes } from './run-lanes.mjs';
import { runProgram } from './run-program.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** They take minutes, or a browser, and have commands of their own. */
const LONG_LANES = ['browser', 'chaos', 'load', 'sweep'];
const FIRST = ['house', 'unit', 'golden', 'properties', 'contracts'];
const LAST = ['e2e'];

const NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
]
  .filter(Boolean)
  .join(' ');

const tool = (path, ...args) => [join(ROOT, 'node_modules', path), ...args];

/** Any folder of test/ that holds specs is a lane, so that none is ever forgotten. */
async function jestLanes() {
  const folders = (await readdir(join(ROOT, 'test'), { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name !== 'kit' && !LONG_LANES.includes(entry.name))
    .map((entry) => entry.name);
  const withSpecs = [];
  for (const folder of folders) {
    const files = await readdir(join(ROOT, 'test', folder), { recursive: true });
    if (files.some((file) => file.endsWith('.spec.ts'))) withSpecs.push(folder);
  }
  const rank = (lane) => (FIRST.includes(lane) ? FIRST.indexOf(lane) : LAST.includes(lane) ? 99 : 50);
  return ['unit', ...withSpecs].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

const pathsOf = (lane) =>
  lane === 'unit' ? ['<rootDir>/src/', '<rootDir>/test/kit/'] : [`<rootDir>/test/${lane}/`];

async function runPlain(args) {
  const { exitCode, output } = await run(args, {});
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0, output };
}

async function runJest(lane) {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-lane-'));
  const outputFile = join(folder, 'results.json');
  const patterns = pathsOf(lane).map((path) => path.replace('<rootDir>/', ROOT));
  const args = tool(
    'jest/bin/jest.js',
    '--maxWorkers=2',
    '--json',
    `--outputFile=${outputFile}`,
    ...patterns,
  );
  try {
    const { exitCode, output } = await run(args, { NODE_OPTIONS });
    const results = resultsOf(await readFile(outputFile, 'utf8').catch(() => ''));
    const passed = results.numPassedTests ?? 0;
    const failed = (results.numFailedTests ?? 0) + (results.numRuntimeErrorTestSuites ?? 0);
    const skipped = (results.numPendingTests ?? 0) + (results.numTodoTests ?? 0);
    const couldNotRun = passed + failed + skipped === 0 || (exitCode !== 0 && failed === 0);
    return { passed, failed: couldNotRun ? failed + 1 : failed, skipped, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A run that was ended may have written none, or half of them. */
function resultsOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const stopping = new AbortController();
for (const sign of ['SIGINT', 'SIGTERM']) process.once(sign, () => stopping.abort());

const run = (args, env) => runProgram(args, { cwd: ROOT, env, signal: stopping.signal });

const lanes = [
  ['lock', () => runPlain(['scripts/complete-lock.mjs', '--check'])],
  ['lint', () => runPlain(tool('@biomejs/biome/bin/biome', 'ci', '--colors=off'))],
  ['types', () => runPlain(tool('typescript/bin/tsc', '-p', '.'))],
  ['web types', () => runPlain(tool('typescript/bin/tsc', '-p', 'tsconfig.browser.json'))],
  ['build', () => runPlain(['scripts/build.mjs'])],
  ...(await jestLanes()).map((lane) => [lane, () => runJest(lane)]),
];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !lanes.some(([lane]) => lane === name));
if (unknown.length > 0) {
  console.error(
    `No lane is called ${unknown.join(', ')}. There are: ${lanes.map(([lane]) => lane).join(', ')}`,
  );
  process.exit(2);
}

const total = await runLanes(
  chosen.length > 0 ? lanes.filter(([lane]) => chosen.includes(lane)) : lanes,
  stopping.signal,
);
// what a lane has left open must not keep the command from ending
process.exit(total.failed > 0 ? 1 : 0);
