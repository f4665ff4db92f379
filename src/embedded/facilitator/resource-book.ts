import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { BAZAAR } from '../services/discovery/bazaar.js';
import type { Listing } from '../services/discovery/listing.js';
import { Journal } from '../solana/journal.js';
import { catalogued, serviceMetadata } from './resource-words.js';
import { fitsSchema } from './stated-schema.js';

/** Listings that are kept; the one that was paid for longest ago makes room */
const MOST = 10_000;
const LISTING_BYTES = 16 * 1024;

/**
 * What was paid for here and may be found by others: resources whose payments carried the `bazaar` extension, by which
 * a service says that it wants to be listed. All of it are a stranger's words.
 */
export class ResourceBook {
  readonly #listings = new Map<string, Listing>();
  readonly #journal: Journal;

  constructor(path: string) {
    this.#journal = new Journal(path);
    this.#journal.replay(0, (line) => this.#remember(line as Listing));
  }

  list(): readonly Listing[] {
    return [...this.#listings.values()];
  }

  /** Losing the newest in a crash only means that the next payment brings it again. */
  learn(payload: PaymentPayload, requirements: PaymentRequirements, at: string): void {
    const listing = listingOf(payload, requirements, at);
    if (!listing) return;
    const known = this.#listings.get(listing.resource);
    const isNews = !known || textOf({ ...known, lastUpdated: at }) !== textOf(listing);
    if (isNews) this.#journal.append(listing);
    this.#remember(listing);
  }

  close(): void {
    this.#journal.close();
  }

  #remember(listing: Listing): void {
    this.#listings.delete(listing.resource);
    this.#listings.set(listing.resource, listing);
    const [oldest] = this.#listings.keys();
    if (this.#listings.size > MOST && oldest !== undefined) this.#listings.delete(oldest);
  }
}

const textOf = (listing: Listing): string => JSON.stringify(listing);

/** @returns undefined for a payment that asks for no listing, or for one that cannot be had */
function listingOf(payload: PaymentPayload, accepted: PaymentRequirements, at: string): Listing | undefined {
  const { resource, extensions } = payload;
  const bazaar = extensions?.[BAZAAR] as Declared | undefined;
  const { input } = (bazaar?.info ?? {}) as { input?: { type?: unknown } };
  if (!bazaar || input?.type !== 'http' || !resource || !isWebAddress(resource.url)) return undefined;
  const listing: Listing = {
    resource: catalogued(resource.url, bazaar.routeTemplate),
    type: 'http',
    x402Version: 2,
    accepts: [accepted],
    lastUpdated: at,
    description: resource.description ?? '',
    mimeType: resource.mimeType ?? '',
    ...serviceMetadata(resource),
    extensions: { bazaar },
  };
  if (textOf(listing).length > LISTING_BYTES) return undefined;
  return fitsSchema(bazaar.info, bazaar.schema) ? listing : undefined;
}

/** What stands under `extensions.bazaar`, said by a stranger. */
interface Declared {
  readonly info?: unknown;
  readonly schema?: unknown;
  readonly routeTemplate?: unknown;
}

const isWebAddress = (text: string): boolean =>
  URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
