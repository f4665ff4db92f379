/** `npm run test:mutants [-- --count 20000 --seed 1]`: see test/kit/mutants/run.ts. */
import { runTypescript } from './run-typescript.mjs';

runTypescript('test/kit/mutants/run.ts');
