/** `npm run test:chaos [-- --minutes N --seed S]`: see test/chaos/run.ts. */
import { runTypescript } from './run-typescript.mjs';

runTypescript('test/chaos/run.ts');
