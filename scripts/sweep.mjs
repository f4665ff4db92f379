/** `npm run test:sweep [-- POINT ...]`: see test/sweep/run.ts. */
import { runTypescript } from './run-typescript.mjs';

runTypescript('test/sweep/run.ts');
