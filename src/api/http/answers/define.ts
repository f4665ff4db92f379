import { z } from 'zod';
import { field } from '../../../events/define.js';

/** The envelope of every success, with its members. For the OpenAPI document: nothing is checked while it is served. */
export const answer = (members: z.core.$ZodShape) => z.strictObject({ success: z.literal(true), ...members });

/** A decimal number of USDC, for display. */
export const usdc = z.number();

/** Amounts go out as a decimal number and, exactly, as text. */
export const money = <Name extends string>(name: Name) =>
  ({ [name]: usdc, [`${name}Micro`]: field.micros }) as Record<Name, typeof usdc> &
    Record<`${Name}Micro`, typeof field.micros>;

/** Both are null as long as nobody knows. */
export const moneyOrNull = <Name extends string>(name: Name) =>
  ({ [name]: usdc.nullable(), [`${name}Micro`]: field.micros.nullable() }) as Record<
    Name,
    z.ZodNullable<typeof usdc>
  > &
    Record<`${Name}Micro`, z.ZodNullable<typeof field.micros>>;

export const count = z.number().int().min(0);
export const timeOrNull = field.time.nullable();

/** What a person may read of an error. */
export const errorSchema = z.strictObject({ code: field.code, message: z.string() });

/** any JSON value, of the user's own or of a service */
export const anything = z.unknown();
