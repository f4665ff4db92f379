import type { Position } from '../../kernel/event.js';
import { microsToUsdc } from '../../kernel/money.js';

/** What a controller answers: the adapter puts it on the wire, and an idempotency key keeps it. */
export class Answer {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
    /** what an idempotency key keeps instead of `body`, where that holds a secret */
    readonly kept: unknown = body,
  ) {}
}

/** A success in the envelope of domain.md 10. */
export const ok = (members: object, headers?: Readonly<Record<string, string>>): Answer =>
  new Answer(200, { success: true, ...members }, headers);

/** The answer of a mutating call says where it wrote, so that its caller can read its own write. */
export const written = (
  status: number,
  members: object,
  at: { readonly position?: Position | undefined; readonly revision?: number },
): Answer =>
  new Answer(
    status,
    { success: true, ...members },
    {
      ...(at.position !== undefined && { 'x-position': at.position }),
      ...(at.revision !== undefined && { etag: etag(at.revision) }),
    },
  );

export const etag = (revision: number): string => `"${revision}"`;

/** The decimal number of the seeds, and the exact amount as text. */
export const money = <Name extends string>(name: Name, micros: string | bigint | null) =>
  ({
    [name]: micros === null ? null : microsToUsdc(BigInt(micros)),
    [`${name}Micro`]: micros === null ? null : String(micros),
  }) as Record<Name, number | null> & Record<`${Name}Micro`, string | null>;
