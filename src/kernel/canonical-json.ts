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
      return isNumber(value);
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
  if (!isPlain(value)) return false;
  for (const key of Object.keys(value))
    if (!(key.isWellFormed() && isJson((value as Record<string, unknown>)[key], left))) return false;
  return true;
}

/** Levels below which nobody looks for a circle. */
const SHALLOW = 100;

function requireJson(value: unknown): void {
  if (!isJson(value, SHALLOW)) assertJson(value);
}

/** @returns where and why a value is not strict JSON, e.g. `$.id: integer above 2^53`; undefined where it is */
export function problemOfJson(value: unknown): string | undefined {
  try {
    requireJson(value);
    return undefined;
  } catch (error) {
    return error instanceof RangeError ? '$: nested too deeply' : (error as Error).message;
  }
}

/**
 * RFC 8785 text of a value, checked and written in one pass; what is nested deeply, or is no JSON, goes the long way.
 * @throws TypeError when the value is not strict JSON
 */
export function canonicalJson(value: unknown): string {
  const text = canonical(value, SHALLOW);
  if (text !== undefined) return text;
  requireJson(value);
  return canonicalize(value)!;
}

/** @returns undefined for what is not strict JSON. `left` levels may still follow */
function canonical(value: unknown, left: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      // ECMAScript's own form of a number is the one that is prescribed
      return isNumber(value) ? `${value}` : undefined;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (left === 0) return undefined;
      return Array.isArray(value) ? canonicalArray(value, left - 1) : canonicalObject(value, left - 1);
    default:
      return undefined;
  }
}

function canonicalArray(values: readonly unknown[], left: number): string | undefined {
  let text = '[';
  for (let i = 0; i < values.length; i++) {
    // a hole is undefined, which is no JSON either
    const element = canonical(values[i], left);
    if (element === undefined) return undefined;
    text += i === 0 ? element : `,${element}`;
  }
  return `${text}]`;
}

/** Members by the code units of their names, which is how JavaScript sorts text. */
function canonicalObject(value: object, left: number): string | undefined {
  if (!isPlain(value)) return undefined;
  const form = formOf(Object.keys(value));
  if (!form) return undefined;
  const { sorted, heads } = form;
  let text = '{';
  for (let i = 0; i < sorted.length; i++) {
    const member = canonical((value as Record<string, unknown>)[sorted[i]!], left);
    if (member === undefined) return undefined;
    text += heads[i]! + member;
  }
  return `${text}}`;
}

/** Names of members in their own order, sorted, and as they are written before each member. */
interface Form {
  readonly names: readonly string[];
  readonly sorted: readonly string[];
  readonly heads: readonly string[];
}

/** Objects have few forms, and most were just seen: to find one costs a comparison a name, to make it a sort. */
const FORMS = 256;
const LONGEST_FORM = 64;
/** of those that begin with the same name */
const ALIKE = 8;
let forms = new Map<string, readonly Form[]>();
let known = 0;

/** @returns undefined when a name is not well formed */
function formOf(names: readonly string[]): Form | undefined {
  const first = names[0] ?? '';
  const alike = forms.get(first);
  if (alike) for (const form of alike) if (isSame(form.names, names)) return form;
  if (!names.every((name) => name.isWellFormed())) return undefined;
  const sorted = isSorted(names) ? names : [...names].sort();
  const heads = sorted.map((name, at) => `${at === 0 ? '' : ','}${JSON.stringify(name)}:`);
  const form = { names, sorted, heads };
  if (names.length <= LONGEST_FORM) remember(first, form);
  return form;
}

/** As many names as there are steps, say, come from outside: what is full is emptied, and filled by what is in use. */
function remember(first: string, form: Form): void {
  if (known >= FORMS || first.length > LONGEST_FORM) {
    forms = new Map();
    known = 0;
  }
  known += 1;
  forms.set(first, [form, ...(forms.get(first) ?? []).slice(0, ALIKE - 1)]);
}

function isSame(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let i = 0; i < names.length; i++) if (names[i] !== others[i]) return false;
  return true;
}

/** Longer text is written as fast by the engine. */
const SHORT = 100;
/** plain ASCII without quotes and backslashes is written as it is */
const WRITTEN_OTHERWISE = /[^ !#-[\]-~]/;

/** @returns undefined when it is not well formed */
function quoted(text: string): string | undefined {
  if (text.length <= SHORT && !WRITTEN_OTHERWISE.test(text)) return `"${text}"`;
  return text.isWellFormed() ? JSON.stringify(text) : undefined;
}

const isNumber = (value: number): boolean =>
  Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value));

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isSorted(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return false;
  return true;
}

/** JSON text that says the same as {@link canonicalJson}, members in their own order: for what is not hashed. */
export function strictJson(value: unknown): string {
  requireJson(value);
  return JSON.stringify(value);
}
