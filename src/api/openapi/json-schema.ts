import { z } from 'zod';

const ownName = (definition: unknown, name: string): string =>
  JSON.stringify(definition).replaceAll(`"#/$defs/${name}"`, '"itself"');

const { $defs: anyValue } = z.toJSONSchema(z.strictObject({ value: z.json() }));
const ANY_VALUE = ownName(Object.values(anyValue!)[0], Object.keys(anyValue!)[0]!);

/**
 * JSON Schema of a body or a parameter as it stands in the middle of an OpenAPI document. zod writes "any JSON value"
 * as a definition that points at itself from the root, which there is another: it becomes a schema that takes all.
 * @throws Error for any other definition of this kind
 */
export function jsonSchema(schema: z.ZodType): object {
  const {
    $schema: _dialect,
    $defs = {},
    ...rest
  } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  });
  for (const [name, definition] of Object.entries($defs))
    if (ownName(definition, name) !== ANY_VALUE)
      throw new Error(`an OpenAPI document cannot hold ${JSON.stringify(definition)}`);
  const text = JSON.stringify(rest, (member, value) =>
    member === '$ref' && String(value).startsWith('#/$defs/') ? undefined : value,
  );
  return JSON.parse(text) as object;
}
