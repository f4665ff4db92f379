import type { ServiceOffer } from '../../../ports/catalogue.js';

/** The extension by which a service says how it is called, and that it may be listed. */
export const BAZAAR = 'bazaar';

/** characters of a body's schema that go into a header; discovery has the whole of it */
const SHORT = 700;

/**
 * What the extension `bazaar` says of a service: `info` is one call of it, which the JSON Schema beside it fits.
 * @param example a body that the service takes
 */
export function bazaarOf(offer: ServiceOffer, example: unknown, size: 'whole' | 'short') {
  const whole = example === undefined ? { type: 'object' } : offer.inputSchema;
  const isShort = size === 'short' && JSON.stringify(whole).length > SHORT;
  return {
    info: {
      input: { type: 'http', method: offer.method, bodyType: 'json', body: example ?? {} },
      output: { type: 'json' },
    },
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        input: {
          type: 'object',
          properties: {
            type: { type: 'string', const: 'http' },
            method: { type: 'string', enum: ['POST', 'PUT', 'PATCH'] },
            bodyType: { type: 'string', enum: ['json', 'form-data', 'text'] },
            body: isShort ? { type: 'object' } : whole,
          },
          required: ['type', 'method', 'bodyType', 'body'],
          additionalProperties: false,
        },
        output: {
          type: 'object',
          properties: {
            type: { type: 'string' },
            ...(size === 'whole' ? { example: offer.outputSchema } : {}),
          },
          required: ['type'],
        },
      },
      required: ['input'],
    },
  };
}
