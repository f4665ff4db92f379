import { z } from 'zod';
import { field } from '../../../events/define.js';

/** What one type of message says, for the document that describes the stream. Nothing is checked while it is served. */
export interface MessageDefinition {
  readonly type: string;
  /** a sentence for a person */
  readonly summary: string;
  /** the whole message */
  readonly schema: z.ZodObject;
}

/** A decimal number of USDC, for display. */
export const usdc = z.number().nonnegative();

/** Amounts go out as a decimal number and, exactly, as text. */
export const money = <Name extends string>(name: Name) =>
  ({ [name]: usdc, [`${name}Micro`]: field.micros }) as Record<Name, typeof usdc> &
    Record<`${Name}Micro`, typeof field.micros>;

/** What may be absent is so as a whole: an amount and its text come together. */
export const moneyIfAny = <Name extends string>(name: Name) =>
  ({ [name]: usdc.optional(), [`${name}Micro`]: field.micros.optional() }) as Record<
    Name,
    z.ZodOptional<typeof usdc>
  > &
    Record<`${Name}Micro`, z.ZodOptional<typeof field.micros>>;

/** opaque, ordered as text */
export const position = z.string().min(1).max(100);

/** A message with a number: it tells of a stored event, and can be asked for again. */
export const durable = (type: string, summary: string, data: z.core.$ZodShape): MessageDefinition => ({
  type,
  summary,
  schema: z.strictObject({
    type: z.literal(type),
    workflowId: field.id,
    data: z.strictObject(data),
    timestamp: field.time,
    seq: z.number().int().min(1),
    position,
  }),
});

/** The attempt of a step that a message is about. */
export const attemptOf = { stepId: field.id, attempt: field.count };

export const publicError = z.strictObject({ code: field.code, message: field.sentence });
