import { z } from 'zod';

/** Schemas by the name they have in a document, each with what a reader should know of it. */
export type SharedSchemas = Readonly<Record<string, readonly [schema: z.ZodType, description: string]>>;

export const pointerTo = (name: string): string => `#/components/schemas/${name}`;

/**
 * JSON Schema for the components of an API document.
 * @param named what stands in it under a name of its own
 * @param shared what many of those are made of: it stands there once, if it is used
 */
export function namedSchemas(
  named: Readonly<Record<string, z.ZodType>>,
  shared: SharedSchemas,
  target: 'draft-7' | 'draft-2020-12',
): Record<string, object> {
  const registry = z.registry<{ readonly id: string }>();
  for (const [id, [schema]] of Object.entries(shared)) registry.add(schema, { id });
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { target, uri: pointerTo });
  const all = new Map(
    Object.entries(schemas).map(([id, schema]) => {
      const { $schema: _dialect, $id: _address, ...rest } = schema;
      const description = shared[id]?.[1];
      return [id, { ...(description !== undefined && { description }), ...(unwrapped(rest) as object) }];
    }),
  );
  const used = new Set(Object.keys(named));
  // a set goes on with what is added while it is gone through
  for (const id of used) for (const next of referencesIn(all.get(id))) used.add(next);
  return Object.fromEntries([...all].filter(([id]) => used.has(id)));
}

/** `{allOf: [{$ref}]}` says no more than `{$ref}`. */
const unwrapped = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, unwrapped(member)] as const);
  const [only, ...others] = members;
  const isWrapping = only?.[0] === 'allOf' && others.length === 0 && Array.isArray(only[1]);
  return isWrapping && only[1].length === 1 ? only[1][0] : Object.fromEntries(members);
};

const referencesIn = (value: unknown): string[] =>
  [...JSON.stringify(value ?? null).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name!,
  );
