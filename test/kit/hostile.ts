import fc from 'fast-check';

/** The words of JSON Schema that the OpenAPI document has for what is sent. */
export interface SentSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SentSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SentSchema;
  readonly propertyNames?: SentSchema;
  readonly items?: SentSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly SentSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const MOST_ITEMS = 4;
const MOST_LETTERS = 40;

/** What programs choke on that did not think of it. */
export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'x\udfffy',
    '__proto__',
    'constructor',
    "'; drop table rm_workflows; --",
    '../../etc/passwd',
    '%',
    '\u202e\u200b',
    '1e400',
    'x'.repeat(10_000),
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  hostileTexts,
  fc.constantFrom(null, true, -1, 0, -0, 0.5, 2 ** 53, 1e308, -1e308, [], {}, [[[[]]]], [null], {
    a: { b: {} },
  }),
  fc.constantFrom('__proto__', 'toString', '', 'a\0').map((key) => Object.fromEntries([[key, 1]])),
);

/** What a schema lets in, now and then with something hostile in place of a part of it, missing members or others. */
export function nearly(schema: SentSchema): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: asSaid(schema), weight: 14 }, { arbitrary: hostileValues, weight: 1 });
}

function asSaid(schema: SentSchema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(nearly));
  switch (schema.type) {
    case 'object':
      return members(schema);
    case 'array':
      return fc.array(nearly(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? MOST_ITEMS, Math.max(schema.minItems ?? 0, MOST_ITEMS)),
      });
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({
        min: schema.minimum ?? -1_000,
        max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function members({ properties = {}, required = [], additionalProperties, propertyNames }: SentSchema) {
  const named = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, nearly(schema)])),
    { requiredKeys: [...required] },
  );
  const others = fc.dictionary(
    fc.oneof(propertyNames ? text(propertyNames) : hostileTexts, hostileTexts),
    typeof additionalProperties === 'object' ? nearly(additionalProperties) : hostileValues,
    { maxKeys: 2 },
  );
  const isOpen = additionalProperties !== false;
  const rarely = fc.integer({ min: 0, max: 9 }).chain((n) => (isOpen || n === 0 ? others : fc.constant({})));
  return fc.tuple(named, rarely).map(([its, more]) => ({ ...more, ...its }));
}

function text({
  pattern,
  format,
  minLength = 0,
  maxLength = MOST_LETTERS,
}: SentSchema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString());
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength, Math.max(minLength, MOST_LETTERS)) });
}
