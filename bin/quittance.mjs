#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from '../scripts/build.mjs';
import { isBundled } from '../scripts/bundle.mjs';

/** Who runs for so long has started, and may start again. */
const BUNDLE_AFTER_MS = 10_000;
const BACKGROUND = 10;

const started = performance.now();
await build();
const seconds = (performance.now() - started) / 1000;
if (seconds > 1) console.error(`Built in ${seconds.toFixed(1)} s.`);

if (process.env.QUITTANCE_BUNDLE !== 'off' && (await isBundled()))
  await import('../dist/bundle/cli/main.mjs');
else {
  if (process.env.QUITTANCE_BUNDLE !== 'off') setTimeout(bundleAside, BUNDLE_AFTER_MS).unref();
  process.setSourceMapsEnabled(true);
  await import('../dist/cli/main.js');
}

/** The first start after a change does not wait for a bundle, the next one has it. */
function bundleAside() {
  const program = fileURLToPath(new URL('../scripts/bundle.mjs', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: 'ignore' });
  child.on('error', () => undefined);
  if (child.pid) setPriority(child.pid, BACKGROUND);
  child.unref();
}
