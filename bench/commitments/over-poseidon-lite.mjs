/** Loader hook: the commitments, word for word, over poseidon-lite. */
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return found.url.endsWith('/src/kernel/commitments/poseidon.ts')
    ? { ...found, url: new URL('./poseidon-lite.mjs', import.meta.url).href }
    : found;
}
