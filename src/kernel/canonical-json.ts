import canonicalize from 'canonicalize';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Refuses what RFC 8785 libraries silently change: undefined, Maps and dates, holes, lone surrogates, and
 * integers above 2^53, which two JSON parsers may read differently.
 * @throws TypeError naming the path
 */
export function assertJson(value: unknown, path = '$', ancestors = new Set<object>()): asserts value is Json {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError(`${path}: lone surrogate`);
    return;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${path}: not a finite number`);
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new TypeError(`${path}: integer above 2^53`);
    return;
  }
  if (typeof value !== 'object') throw new TypeError(`${path}: ${typeof value} is not JSON`);
  if (ancestors.has(value)) throw new TypeError(`${path}: circle`);
  ancestors.add(value);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (!(i in value)) throw new TypeError(`${path}[${i}]: hole`);
      assertJson(value[i], `${path}[${i}]`, ancestors);
    }
  } else {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null)
      throw new TypeError(`${path}: not a plain object`);
    for (const [key, member] of Object.entries(value)) {
      assertJson(key, `${path}.<key>`, ancestors);
      assertJson(member, `${path}.${key}`, ancestors);
    }
  }
  ancestors.delete(value);
}

/** RFC 8785 text of a value. @throws TypeError when the value is not strict JSON */
export function canonicalJson(value: unknown): string {
  assertJson(value);
  return canonicalize(value)!;
}
