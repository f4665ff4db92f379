import type { z } from 'zod';
import { checksOf, type Described, type Description, uncoerced } from './conforms.js';

/** What a reader gives for a value that its schema does not take. */
export const REFUSED = Symbol('refused');

type Read = (value: unknown) => unknown;

/**
 * Gives what a parse by the schema gives, a copy with members in the order of the schema and with its defaults, for
 * a fifth of the cost, and {@link REFUSED} where a parse has reasons to tell. A part of a kind that is not known here
 * is read by zod itself.
 */
export function readerOf<T>(schema: z.ZodType<T>): (value: unknown) => T | typeof REFUSED {
  const known = readers.get(schema);
  const read = known ?? reader(schema as unknown as Described);
  if (!known) readers.set(schema, read);
  return read as (value: unknown) => T | typeof REFUSED;
}

const readers = new WeakMap<z.ZodType, Read>();

function reader(schema: Described): Read {
  const { def } = schema._zod;
  return KINDS[def.type]?.(def) ?? scalar(schema) ?? byZod(schema as unknown as z.ZodType);
}

const byZod =
  (schema: z.ZodType): Read =>
  (value) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : REFUSED;
  };

const KINDS: Readonly<Record<string, (def: Description) => Read | undefined>> = {
  optional: (def) => orElse(def, undefined),
  nullable: (def) => orElse(def, null),
  default: withDefault,
  array: list,
  object: members,
};

const SCALARS = ['string', 'number', 'boolean', 'literal', 'enum'];

function scalar({ _zod: { def } }: Described): Read | undefined {
  const accepts = SCALARS.includes(def.type) ? uncoerced(def) : undefined;
  if (!accepts) return undefined;
  if (!def.coerce) return (value) => (accepts(value) ? value : REFUSED);
  return def.type === 'number' ? numberOf(accepts) : undefined;
}

/** Of text alone, which is what a query is made of. */
const numberOf =
  (accepts: (value: unknown) => boolean): Read =>
  (value) => {
    const number = typeof value === 'string' ? Number(value) : value;
    return accepts(number) ? number : REFUSED;
  };

/** Which of two such kinds has its way is zod's to say. */
const isSure = (inner: Described | undefined): inner is Described =>
  inner !== undefined && !['optional', 'nullable', 'default'].includes(inner._zod.def.type);

function orElse(def: Description, other: undefined | null): Read | undefined {
  if (!isSure(def.innerType) || !isUnchecked(def)) return undefined;
  const inner = reader(def.innerType);
  return (value) => (value === other ? value : inner(value));
}

function withDefault(def: Description): Read | undefined {
  if (!isSure(def.innerType) || !isUnchecked(def)) return undefined;
  const inner = reader(def.innerType);
  // a new one each time
  return (value) => (value === undefined ? def.defaultValue : inner(value));
}

const isUnchecked = ({ checks = [] }: Description): boolean => checks.length === 0;

function list(def: Description): Read | undefined {
  const holds = checksOf(def);
  if (!def.element || !holds) return undefined;
  const element = reader(def.element);
  return (value) => {
    if (!Array.isArray(value)) return REFUSED;
    const items = new Array<unknown>(value.length);
    for (let at = 0; at < items.length; at++) {
      const item = element(value[at]);
      if (item === REFUSED) return REFUSED;
      items[at] = item;
    }
    return holds(items) ? items : REFUSED;
  };
}

/** Nothing but these members, and all that must be there. */
function members(def: Description): Read | undefined {
  const holds = checksOf(def);
  const { shape, catchall } = def;
  if (!shape || !holds || catchall?._zod.def.type !== 'never') return undefined;
  const names = Object.keys(shape);
  // what they make of a member that is not there, zod knows
  if (!names.every((name) => isSure(shape[name]) || isSure(shape[name]!._zod.def.innerType)))
    return undefined;
  const each = names.map((name) => reader(shape[name]!));
  const kinds = names.map((name) => shape[name]!._zod.def.type);
  const known = new Set(names);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return REFUSED;
    for (const name in value) if (!known.has(name)) return REFUSED;
    const result: Record<string, unknown> = {};
    for (let at = 0; at < names.length; at++) {
      const name = names[at]!;
      const given = (value as Record<string, unknown>)[name];
      if (given === undefined && !(name in value)) {
        if (kinds[at] === 'optional') continue;
        if (kinds[at] !== 'default') return REFUSED;
      }
      const member = each[at]!(given);
      if (member === REFUSED) return REFUSED;
      result[name] = member;
    }
    return holds(result) ? result : REFUSED;
  };
}
