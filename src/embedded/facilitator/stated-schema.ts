import { z } from 'zod';

/** References inside one schema: each may be followed by several others, and so on. */
const REFERENCES = 12;
/** Words of JSON Schema that are programs of their own, which a stranger does not run here: they are not looked at. */
const NOT_EVALUATED: ReadonlySet<string> = new Set(['pattern', 'patternProperties', 'format']);

/**
 * Whether what a stranger says of a service fits the JSON Schema (2020-12) that came with it. The schema may refer to
 * itself, and to nothing outside. One that cannot be read fits nothing.
 */
export function fitsSchema(value: unknown, schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const text = JSON.stringify(schema);
  if ((text.match(/"\$(dynamicRef|recursiveRef|ref)"/g)?.length ?? 0) > REFERENCES) return false;
  try {
    const known = JSON.parse(text, (key, member) =>
      NOT_EVALUATED.has(key) && !isNested(member) ? undefined : member,
    );
    return z.fromJSONSchema(known).safeParse(value).success;
  } catch {
    return false;
  }
}

/** A property that is called `format` is described by an object; the word itself has a text. */
const isNested = (member: unknown): boolean =>
  typeof member === 'object' && member !== null && ('type' in member || '$ref' in member);
