#!/usr/bin/env node
import { build } from '../scripts/build.mjs';

const started = performance.now();
await build();
const seconds = (performance.now() - started) / 1000;
if (seconds > 1) console.error(`Built in ${seconds.toFixed(1)} s.`);

process.setSourceMapsEnabled(true);
await import('../dist/cli/main.js');
