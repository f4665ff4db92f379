import type { PermitStore } from '../ports/permits.js';

const KEYS = 10_000;

/**
 * Takes their permits from processes that are gone, instead of waiting until nobody believes in them any more. For
 * who knows to be the only one that calls services. What was spent of a rate stays spent.
 */
export async function vacate(store: PermitStore): Promise<void> {
  const held = (await store.all(KEYS)).filter(({ permits }) => Object.keys(permits.holders).length > 0);
  // one that somebody changes meanwhile is in living hands after all
  await Promise.all(
    held.map(({ key, permits, version }) => store.save(key, { ...permits, holders: {} }, version)),
  );
}
