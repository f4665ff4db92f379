/** `node --import ./test/kit/typescript.mjs file.ts` runs TypeScript as it stands, by the compiler of the build. */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
