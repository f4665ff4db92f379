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

/** The same question without its reasons, which cost more than the answer. `left` levels may still follow. */
function isJson(value: unknown, left: number): boolean {
  switch (typeof value) {
    case 'boolean':
      return true;
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value));
    case 'object':
      return value === null || (left > 0 && isContainer(value, left - 1));
    default:
      return false;
  }
}

function isContainer(value: object, left: number): boolean {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!(i in value && isJson(value[i], left))) return false;
    return true;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key of Object.keys(value))
    if (!(key.isWellFormed() && isJson((value as Record<string, unknown>)[key], left))) return false;
  return true;
}

/** Levels below which nobody looks for a circle. */
const SHALLOW = 100;

function requireJson(value: unknown): void {
  if (!isJson(value, SHALLOW)) assertJson(value);
}

/** RFC 8785 text of a value. @throws TypeError when the value is not strict JSON */
export function canonicalJson(value: unknown): string {
  requireJson(value);
  return canonicalize(value)!;
}

/** JSON text that says the same as {@link canonicalJson}, members in their own order: for what is not hashed. */
export function strictJson(value: unknown): string {
  requireJson(value);
  return JSON.stringify(value);
}
