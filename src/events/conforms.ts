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
 * what the check of our own events would cost. It knows the kinds of schema that events are made of; a part of any
 * other kind is judged by zod.
 */
export const conforms = (schema: z.ZodType): Predicate => judged(schema as unknown as Described);

const judged = (schema: Described): Predicate => compiled(schema) ?? byZod(schema);

function byZod(schema: Described): Predicate {
  const its = schema as unknown as z.ZodType;
  return (value) => its.safeParse(value).success;
}

/** @returns undefined for a schema that is not known here */
function compiled({ _zod: { def } }: Described): Predicate | undefined {
  return def.coerce ? undefined : uncoerced(def);
}

/** The same of what a schema says once it has made a value its kind. */
export function uncoerced(def: Description): Predicate | undefined {
  if (def.type === 'string') return text(def);
  const kind = KINDS[def.type]?.(def);
  const checks = checksOf(def);
  return kind && checks && ((value) => kind(value) && checks(value));
}

/** What is asked of a value besides its kind; undefined where any of it is not known here. */
export function checksOf(def: Description): Predicate | undefined {
  const each = checkList(def).map(checked);
  if (!isWhole(each)) return undefined;
  const [first, ...others] = each;
  if (!first) return () => true;
  return others.reduce((before, next) => (value) => before(value) && next(value), first);
}

/** A schema may be a check itself, as that of a date is. */
const checkList = (def: Description): readonly Check[] => [
  ...(def.checks ?? []).map(({ _zod }) => _zod.def),
  ...(def.check === undefined ? [] : [def as Check]),
];

/** Lengths, which nearly every text has bounds of, in one look with its kind. */
function text(def: Description): Predicate | undefined {
  const checks = checkList(def);
  const isLength = ({ check }: Check) => check === 'min_length' || check === 'max_length';
  const least = Math.max(0, ...checks.map(({ check, minimum }) => (check === 'min_length' ? minimum! : 0)));
  const most = Math.min(...checks.map(({ check, maximum = 0 }) => (check === 'max_length' ? maximum : MOST)));
  const others = checksOf({
    type: def.type,
    checks: checks.filter((check) => !isLength(check)).map(wrapped),
  });
  if (!others) return undefined;
  return (value) =>
    typeof value === 'string' && value.length >= least && value.length <= most && others(value);
}
const MOST = Number.POSITIVE_INFINITY;
const wrapped = (def: Check) => ({ _zod: { def } });

const KINDS: Readonly<Record<string, (def: Description) => Predicate | undefined>> = {
  number: () => (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: () => (value) => typeof value === 'boolean',
  literal: ({ values = [] }) => oneOf(values),
  enum: ({ entries = {} }) => oneOf(Object.values(entries)),
  optional: ({ innerType }) => orElse(innerType, undefined),
  nullable: ({ innerType }) => orElse(innerType, null),
  array: ({ element }) => arrayOf(element),
  union: ({ options = [] }) => {
    const each = options.map(judged);
    return (value) => each.some((accepts) => accepts(value));
  },
  object: ({ shape, catchall }) => (catchall?._zod.def.type === 'never' ? membersOf(shape ?? {}) : undefined),
};

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
  if (check === 'string_format' && isPlain) return matching(pattern);
  if (check === 'custom' && fn) return (value: unknown) => fn(value) === true;
  return undefined;
}

/** Many a text is the one that was asked about before: the events of one moment have one time. */
function matching(pattern: RegExp): Predicate {
  let good: unknown;
  return (value) => {
    if (value === good) return true;
    if (!pattern.test(value as string)) return false;
    good = value;
    return true;
  };
}

const isWhole = (all: readonly (Predicate | undefined)[]): all is Predicate[] =>
  all.every((each) => each !== undefined);

function oneOf(values: readonly unknown[]): Predicate {
  const [only] = values;
  if (values.length === 1) return (value) => value === only;
  const known = new Set(values);
  return (value) => known.has(value);
}

function orElse(innerType: Described | undefined, other: undefined | null): Predicate | undefined {
  const inner = innerType && judged(innerType);
  return inner && ((value) => value === other || inner(value));
}

function arrayOf(element: Described | undefined): Predicate | undefined {
  const each = element && judged(element);
  if (!each) return undefined;
  return (value) => {
    if (!Array.isArray(value)) return false;
    // holes, too: `every` would pass over them
    for (let at = 0; at < value.length; at++) if (!each(value[at])) return false;
    return true;
  };
}

/** What takes undefined may do without its member, or not: that is for zod to say, of the whole object. */
function needed(member: Described): Predicate | undefined {
  const accepts = byZod(member);
  return accepts(undefined) ? undefined : accepts;
}

const countUndefined = (value: object, names: readonly string[]): number =>
  names.filter((name) => name in value && (value as Record<string, unknown>)[name] === undefined).length;

/** Nothing but these members, and all that must be there. */
function membersOf(shape: Readonly<Record<string, Described>>): Predicate | undefined {
  const names = Object.keys(shape);
  const accepts = names.map((name) => compiled(shape[name]!) ?? needed(shape[name]!));
  if (!isWhole(accepts)) return undefined;
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    let left = 0;
    for (const _ in value) left += 1;
    for (let at = 0; at < names.length; at++) {
      const member = (value as Record<string, unknown>)[names[at]!];
      if (!accepts[at]!(member)) return false;
      if (member !== undefined) left -= 1;
    }
    return left === 0 || left === countUndefined(value, names);
  };
}
