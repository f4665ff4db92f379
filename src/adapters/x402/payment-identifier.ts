import { createHash } from 'node:crypto';

/** The extension by which a service may know a repeated payment without reading its transaction. */
export const PAYMENT_IDENTIFIER = 'payment-identifier';

/** As the extension's text has it. */
const FORMAT = /^[\w-]{16,128}$/;

/** What a service says in its 402 answer that takes such ids. */
export const identifierOffer = {
  info: { required: false },
  schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      required: { type: 'boolean' },
      id: { type: 'string', minLength: 16, maxLength: 128, pattern: '^[a-zA-Z0-9_-]+$' },
    },
    required: ['required'],
  },
} as const;

/** @returns the id of a payment; undefined where there is none, and `invalid` for what is none */
export function identifierIn(extensions: Extensions | undefined): string | 'invalid' | undefined {
  const { info } = (extensions?.[PAYMENT_IDENTIFIER] ?? {}) as { info?: { id?: unknown } };
  if (info?.id === undefined) return undefined;
  return typeof info.id === 'string' && FORMAT.test(info.id) ? info.id : 'invalid';
}

type Extensions = Readonly<Record<string, unknown>>;

/**
 * The same for every repeat of the same signed bytes, and for nothing else: other bytes under the same id would be a
 * conflict. It tells nothing of what is paid for.
 */
export const paymentIdentifierOf = (memo: string): string =>
  `pay_${createHash('sha256').update(`identifier ${memo}`).digest('base64url').slice(0, 32)}`;

/** @returns the extension with our id, for a service that declares it; nothing for one that does not */
export function identified(declared: Extensions | undefined, memo: string): Extensions {
  const offered = declared?.[PAYMENT_IDENTIFIER];
  if (typeof offered !== 'object' || offered === null) return {};
  const { info } = offered as { info?: unknown };
  const known = typeof info === 'object' && info !== null ? info : {};
  return { [PAYMENT_IDENTIFIER]: { ...offered, info: { ...known, id: paymentIdentifierOf(memo) } } };
}
