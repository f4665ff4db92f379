import type { PaymentRequirements } from '@x402/core/types';
import { offerOf, type Placement, type ServiceDeclaration } from '../declaration.js';
import { bazaarOf } from './bazaar.js';

/** A service as the Bazaar lists it. Our own member `extensions.quittance` carries what its format has no place for. */
export interface Listing {
  readonly resource: string;
  readonly type: 'http';
  readonly x402Version: 2;
  readonly accepts: readonly PaymentRequirements[];
  readonly lastUpdated: string;
  readonly description: string;
  readonly mimeType: string;
  readonly serviceName: string;
  readonly tags: readonly string[];
  readonly extensions: { readonly bazaar: unknown; readonly quittance?: unknown };
}

/** @param lastUpdated ISO 8601 */
export function listingOf(
  declaration: ServiceDeclaration,
  at: Placement,
  ask: PaymentRequirements,
  lastUpdated: string,
): Listing {
  const offer = offerOf(declaration, at);
  const { id, name, description, capability, inputs, output, reputation, uptime, latencyMs, tags } = offer;
  return {
    resource: offer.url,
    type: 'http',
    x402Version: 2,
    accepts: [ask],
    lastUpdated,
    description,
    mimeType: 'application/json',
    serviceName: name,
    tags,
    extensions: {
      bazaar: bazaarOf(offer, declaration.example, 'whole'),
      quittance: { v: 1, id, capability, inputs, output, reputation, uptime, latencyMs },
    },
  };
}
