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
/** a string, and the colon that makes it a key */
const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/gs;

type Reviver = (this: unknown, key: string, value: unknown) => unknown;

/**
 * @param reviver with one, V8 reads for itself
 * @throws SyntaxError as JSON.parse does; its place counts marks instead of escaped keys where there are some
 */
export function parse(given: unknown, reviver?: Reviver): unknown {
  const text = `${given}`;
  if (reviver || !hasEscapedKey(text)) return native(text, reviver);
  const keys: string[] = [];
  const marked = text.replace(STRINGS, (literal: string, colon: string | undefined) => {
    if (colon === undefined || !literal.includes('\\')) return literal;
    keys.push(native(literal.slice(0, -colon.length)));
    return `"${MARK}${keys.length - 1}"${colon}`;
  });
  return unmarked(native(marked), keys);
}

/** Each string with a backslash is looked through once, from the first of them. */
export function hasEscapedKey(text: string): boolean {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at)) {
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at++;
    while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at++;
    if (text[at] === ':') return true;
  }
  return false;
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
