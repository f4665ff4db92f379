type HashEach = (many: readonly (readonly bigint[])[]) => readonly bigint[];

interface Recent {
  readonly one: (inputs: readonly bigint[]) => bigint;
  readonly each: HashEach;
}

/**
 * Remembers the last results of a hash. A plan is committed to again when its run closes, and steps that ended in the
 * same millisecond show the same evidence: the same hashes, of which the dear ones cost fifty times what it takes to
 * find them.
 * @param hash is given all at once that is not remembered, and none twice
 * @param most results to remember, the oldest is forgotten first
 */
export function recent(hash: HashEach, most: number): Recent {
  const results = new Map<string, bigint>();
  const remember = (key: string, result: bigint): bigint => {
    if (results.size >= most) results.delete(results.keys().next().value!);
    results.set(key, result);
    return result;
  };
  return {
    one: (inputs) => {
      const key = keyOf(inputs);
      return results.get(key) ?? remember(key, hash([inputs])[0]!);
    },
    each: (many) => {
      const keys = many.map(keyOf);
      const found = keys.map((key) => results.get(key));
      const missing = new Map(keys.flatMap((key, i) => (found[i] === undefined ? [[key, many[i]!]] : [])));
      const hashed = hash([...missing.values()]);
      const made = new Map([...missing.keys()].map((key, i) => [key, remember(key, hashed[i]!)]));
      return found.map((result, i) => result ?? made.get(keys[i]!)!);
    },
  };
}

/** Base 32, because a power of two needs no divisions. */
function keyOf(inputs: readonly bigint[]): string {
  let key = '';
  for (let i = 0; i < inputs.length; i++) key += `${inputs[i]!.toString(32)},`;
  return key;
}
