import { z } from 'zod';

/**
 * Declares one stored version of one event. The schema is a storage format: once released it changes only by a
 * new version with an upcaster (events/upcasters). `sample` is replayed by the golden tests for ever.
 */
export interface EventDefinition<
  Type extends string = string,
  V extends number = number,
  S extends z.ZodType = z.ZodType,
> {
  readonly type: Type;
  readonly v: V;
  readonly schema: S;
  readonly sample: unknown;
}

export function defineEvent<
  const Type extends string,
  const V extends number,
  Shape extends z.core.$ZodShape,
>(type: Type, v: V, shape: Shape, sample: z.input<z.ZodObject<Shape>>) {
  const schema = z.strictObject({ type: z.literal(type), v: z.literal(v), ...shape });
  return { type, v, schema, sample: { type, v, ...sample } } as EventDefinition<Type, V, typeof schema>;
}

/** Everything an event is, as a readonly type. */
export type EventOf<D> = D extends { schema: infer S extends z.ZodType } ? DeepReadonly<z.output<S>> : never;

export type DeepReadonly<T> = T extends (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** Field schemas that several events share. */
export const field = {
  id: z.string().min(1).max(100),
  micros: z.string().regex(/^(0|[1-9][0-9]{0,17})$/),
  time: z.iso.datetime({ precision: 3 }),
  ms: z.number().int().nonnegative(),
  count: z.number().int().nonnegative(),
  /** canonical decimal below the BN254 scalar field, at most 77 digits */
  fieldElement: z.string().regex(/^(0|[1-9][0-9]{0,76})$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  code: z.string().regex(/^[A-Z][A-Z0-9_]{2,60}$/),
  sentence: z.string().max(500),
};
