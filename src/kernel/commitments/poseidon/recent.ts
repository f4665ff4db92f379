type Hash = (inputs: readonly bigint[]) => bigint;

/**
 * Remembers the last results of a hash. A receipt is checked right after it is made, and a plan is committed to
 * again when its run closes: the same hashes, of which the dear ones cost fifty times what it takes to find them.
 * @param most results to remember, the oldest is forgotten first
 */
export function recent(hash: Hash, most: number): Hash {
  const results = new Map<string, bigint>();
  return (inputs) => {
    const key = keyOf(inputs);
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = hash(inputs);
    if (results.size >= most) results.delete(results.keys().next().value!);
    results.set(key, result);
    return result;
  };
}

/** Base 32, because a power of two needs no divisions. */
function keyOf(inputs: readonly bigint[]): string {
  let key = '';
  for (let i = 0; i < inputs.length; i++) key += `${inputs[i]!.toString(32)},`;
  return key;
}
