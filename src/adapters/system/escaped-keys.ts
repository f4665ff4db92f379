import { randomUUID } from 'node:crypto';

/**
 * V8 13 and 14 (Node 24 and 26) read an escaped key as another one where a text of the same form had a key with a
 * backslash before: after `{"a":1,"caf\\":2}`, the key of `{"caf\u00e9":…}` at that place is `caf\`
 * (https://github.com/nodejs/node/issues/63785). Whoever may send the first can so change what others have sent.
 * Importing this puts a JSON.parse before all that parse after it, libraries too, which gives V8 no escaped key.
 */
const native = JSON.parse;

/** Stands for an escaped key while V8 reads; nobody outside knows it. */
const MARK = `\ue000${randomUUID()}/`;

type Reviver = (this: unknown, key: string, value: unknown) => unknown;

/**
 * @param reviver with one, V8 reads for itself
 * @throws SyntaxError as JSON.parse does
 */
export function parse(given: unknown, reviver?: Reviver): unknown {
  const text = `${given}`;
  if (reviver || !hasEscapedKey(text)) return native(text, reviver);
  try {
    return readMarked(text);
  } catch (error) {
    native(text); // what is wrong, and where, in the text as it was given
    throw error;
  }
}

function readMarked(text: string): unknown {
  const keys: string[] = [];
  let marked = '';
  let copied = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    const begins = at;
    at = endOfString(text, at + 1);
    const literal = text.slice(begins, at);
    if (!literal.includes('\\') || !isKey(text, at)) continue;
    marked += `${text.slice(copied, begins)}"${MARK}${keys.length}"`;
    copied = at;
    keys.push(native(literal));
  }
  return unmarked(native(marked + text.slice(copied)), keys);
}

/** Each string with a backslash is looked through once, from the first of them. */
export function hasEscapedKey(text: string): boolean {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at)) {
    at = endOfString(text, at);
    if (isKey(text, at)) return true;
  }
  return false;
}

/** @param at within a string. @returns the place after its closing quote; a regular expression has no room for long ones */
function endOfString(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return end + 1;
}

/** @param end of a string */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++;
  return text[at] === ':';
}

/** Names members again, in their order: of two of one name the first says where, and the last what. */
function unmarked(root: unknown, keys: readonly string[]): unknown {
  const open = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const members = Object.entries(value);
    if (!Array.isArray(value) && members.some(([key]) => key.startsWith(MARK))) rename(value, members, keys);
    for (const [, member] of members) open.push(member);
  }
  return root;
}

function rename(object: object, members: readonly (readonly [string, unknown])[], keys: readonly string[]) {
  for (const [key] of members) Reflect.deleteProperty(object, key);
  for (const [key, value] of members)
    Object.defineProperty(object, key.startsWith(MARK) ? keys[Number(key.slice(MARK.length))]! : key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
}

JSON.parse = parse as typeof JSON.parse;
