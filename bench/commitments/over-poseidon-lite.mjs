import { registerHooks } from 'node:module';

/** Puts poseidon-lite under the commitments, which stay word for word what they are. */
export const overPoseidonLite = () =>
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      return found.url.endsWith('/src/kernel/commitments/poseidon.ts')
        ? { ...found, url: new URL('./poseidon-lite.mjs', import.meta.url).href }
        : found;
    },
  });
