import type { PaymentRequirements } from '@x402/core/types';
import { type ReceiptSigner, signedJws } from './jws.js';

const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    offers: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          format: { type: 'string', const: 'jws' },
          acceptIndex: { type: 'integer' },
          signature: { type: 'string' },
        },
        required: ['format', 'signature'],
      },
    },
  },
  required: ['offers'],
} as const;

/** The terms as they stand in a 402 answer, signed for by who is paid: x402's extension `offer-receipt`. */
export async function signedOffer(ask: PaymentRequirements, resourceUrl: string, signer: ReceiptSigner) {
  const { scheme, network, asset, payTo, amount } = ask;
  const said = { version: 1, resourceUrl, scheme, network, asset, payTo, amount };
  const offer = { format: 'jws', acceptIndex: 0, signature: await signedJws(said, signer) };
  return { info: { offers: [offer] }, schema };
}
