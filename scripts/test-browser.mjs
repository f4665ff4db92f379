/**
 * Tests what runs in browsers in a real one: `npm run test:browser`. Takes the browser QUITTANCE_BROWSER names, else
 * a Chromium it finds. Without one nothing was tested, and the command says so and fails.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'];
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

const isProgram = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const given = process.env.QUITTANCE_BROWSER;
const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
const found =
  given ?? [...folders.flatMap((f) => NAMES.map((name) => join(f, name))), ...ELSEWHERE].find(isProgram);

if (!found || !isProgram(found)) {
  const why = given ? `${given} is no program` : `none of ${NAMES.join(', ')} is on the path`;
  console.error(`No browser was found: ${why}. Name one by QUITTANCE_BROWSER. Nothing was tested.`);
  process.exit(1);
}
console.log(`In ${found}`);
await build();
const NODE_OPTIONS = [
  process.env.NODE_OPTIONS,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
];
const { status } = spawnSync(
  process.execPath,
  [
    join(ROOT, 'node_modules/jest/bin/jest.js'),
    '--globalSetup=',
    '--globalTeardown=',
    join(ROOT, 'test/browser/'),
  ],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: NODE_OPTIONS.filter(Boolean).join(' '), QUITTANCE_BROWSER: found },
  },
);
process.exit(status ?? 1);
