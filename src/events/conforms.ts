import type { z } from 'zod';

export type Predicate = (value: unknown) => boolean;

/** What is read of zod's own description of a schema. */
export interface Described {
  readonly _zod: { readonly def: Description };
}
export interface Description {
  readonly type: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
  readonly check?: string;
  readonly format?: string;
  readonly pattern?: RegExp;
  readonly coerce?: boolean;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly innerType?: Described;
  readonly element?: Described;
  readonly options?: readonly Described[];
  readonly shape?: Readonly<Record<string, Described>>;
  readonly catchall?: Described;
  readonly defaultValue?: unknown;
}
interface Check {
  readonly check: string;
  readonly format?: string;
  readonly pattern?: RegExp;
  readonly maximum?: number;
  readonly minimum?: number;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly fn?: (value: unknown) => unknown;
}

/**
 * Whether a value is what a schema says, without the copy and the list of reasons that a parse makes: four fifths of
 * what the check of our own events would cost. It knows the kinds of schema that events are made of; a schema with
 * any other is judged by zod.
 */
export function conforms(schema: z.ZodType): Predicate {
  return compiled(schema as unknown as Described) ?? ((value) => schema.safeParse(value).success);
}

/** @returns undefined for a schema of which any part is not known here */
export function compiled({ _zod: { def } }: Described): Predicate | undefined {
  if (def.coerce) return undefined;
  const kind = KINDS[def.type]?.(def);
  const checks = checksOf(def);
  return kind && checks && ((value) => kind(value) && checks(value));
}

/** What is asked of a value besides its kind; undefined where any of it is not known here. */
export function checksOf(def: Description): Predicate | undefined {
  const each = [...(def.checks ?? []).map(({ _zod }) => _zod.def), ...ownCheck(def)].map(checked);
  if (!isWhole(each)) return undefined;
  const [only = () => true, second] = each;
  if (second) return (value) => each.every((holds) => holds(value));
  return only;
}

const KINDS: Readonly<Record<string, (def: Description) => Predicate | undefined>> = {
  string: () => (value) => typeof value === 'string',
  number: () => (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: () => (value) => typeof value === 'boolean',
  literal: ({ values = [] }) => oneOf(values),
  enum: ({ entries = {} }) => oneOf(Object.values(entries)),
  optional: ({ innerType }) => orElse(innerType, undefined),
  nullable: ({ innerType }) => orElse(innerType, null),
  array: ({ element }) => arrayOf(element),
  union: ({ options = [] }) => {
    const each = options.map(compiled);
    return isWhole(each) ? (value) => each.some((accepts) => accepts(value)) : undefined;
  },
  object: ({ shape, catchall }) => (catchall?._zod.def.type === 'never' ? membersOf(shape ?? {}) : undefined),
};

/** A schema may be a check itself, as that of a date is. */
const ownCheck = (def: Description): Check[] => (def.check === undefined ? [] : [def as Check]);

function checked({ check, format, pattern, maximum, minimum, value: bound, inclusive, fn }: Check) {
  const isSized = (value: unknown): value is { length: number } =>
    typeof value === 'string' || Array.isArray(value);
  if (check === 'max_length') return (value: unknown) => isSized(value) && value.length <= maximum!;
  if (check === 'min_length') return (value: unknown) => isSized(value) && value.length >= minimum!;
  if (check === 'number_format' && format === 'safeint') return Number.isSafeInteger;
  if (check === 'greater_than')
    return (value: unknown) => (inclusive ? (value as number) >= bound! : (value as number) > bound!);
  if (check === 'less_than')
    return (value: unknown) => (inclusive ? (value as number) <= bound! : (value as number) < bound!);
  const isPlain =
    pattern && !pattern.global && !pattern.sticky && (format === 'regex' || format === 'datetime');
  if (check === 'string_format' && isPlain) return (value: unknown) => pattern.test(value as string);
  if (check === 'custom' && fn) return (value: unknown) => fn(value) === true;
  return undefined;
}

export const isWhole = (all: readonly (Predicate | undefined)[]): all is Predicate[] =>
  all.every((each) => each !== undefined);

function oneOf(values: readonly unknown[]): Predicate {
  const [only] = values;
  if (values.length === 1) return (value) => value === only;
  const known = new Set(values);
  return (value) => known.has(value);
}

function orElse(innerType: Described | undefined, other: undefined | null): Predicate | undefined {
  const inner = innerType && compiled(innerType);
  return inner && ((value) => value === other || inner(value));
}

function arrayOf(element: Described | undefined): Predicate | undefined {
  const each = element && compiled(element);
  if (!each) return undefined;
  return (value) => {
    if (!Array.isArray(value)) return false;
    // holes, too: `every` would pass over them
    for (let at = 0; at < value.length; at++) if (!each(value[at])) return false;
    return true;
  };
}

/** Nothing but these members, and all that must be there. */
function membersOf(shape: Readonly<Record<string, Described>>): Predicate | undefined {
  const names = Object.keys(shape);
  const accepts = names.map((name) => compiled(shape[name]!));
  if (!isWhole(accepts)) return undefined;
  const known = new Set(names);
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    for (const name in value) if (!known.has(name)) return false;
    for (let at = 0; at < names.length; at++)
      if (!accepts[at]!((value as Record<string, unknown>)[names[at]!])) return false;
    return true;
  };
}
