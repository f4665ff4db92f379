import fc from 'fast-check';

/** As much of JSON Schema as the schemas of events are made of. */
interface Schema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Few items and short texts are enough: what is looked for is which members are there, and of which kind. */
const FEW = 3;

/** Values that a schema takes, with and without what may be absent. @throws Error for what it does not know */
export function byJsonSchema(schema: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(byJsonSchema));
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return text(schema);
    case 'integer':
    case 'number':
      return numeric(schema);
    case 'array': {
      const minLength = schema.minItems ?? 0;
      return fc.array(byJsonSchema(schema.items ?? {}), { minLength, maxLength: Math.max(minLength, FEW) });
    }
    case 'object':
      return record(schema);
    default:
      throw new Error(`no values are made by ${JSON.stringify(schema)}`);
  }
}

function text({ format, pattern, minLength = 0, maxLength = 12 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (format === 'uri') return fc.webUrl();
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 12)) });
}

const numeric = ({ type, minimum, maximum }: Schema): fc.Arbitrary<number> =>
  type === 'integer'
    ? fc.integer({ min: Math.max(minimum ?? 0, -1e9), max: Math.min(maximum ?? 1e9, 1e9) })
    : fc.double({ min: minimum ?? 0, max: maximum ?? 1e6, noNaN: true });

const record = ({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> =>
  fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, byJsonSchema(member)])),
    { requiredKeys: [...required] },
  );
