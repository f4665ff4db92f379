import { type Answer, json, refuse } from '../server/answer.js';
import type { Listing } from './listing.js';
import { searchListings } from './search.js';

const PAGE = { usual: 20, most: 100 } as const;
const QUERY_CHARS = 500;

/**
 * `GET /discovery/resources?limit=&offset=` and `GET /discovery/search?query=&limit=`, both with the filters of the
 * extension `bazaar`: type, payTo, scheme, network, extensions.
 */
export class Discovery {
  constructor(private readonly listings: readonly Listing[]) {}

  /** @returns undefined for a path that is not discovery's */
  answer(url: URL): Answer | undefined {
    if (url.pathname === '/discovery/resources') return this.#resources(url.searchParams);
    if (url.pathname === '/discovery/search') return this.#search(url.searchParams);
    return undefined;
  }

  #resources(asked: URLSearchParams): Answer {
    const limit = whole(asked.get('limit') ?? String(PAGE.usual), 1, PAGE.most);
    const offset = whole(asked.get('offset') ?? '0', 0, Number.MAX_SAFE_INTEGER);
    if (limit === undefined || offset === undefined)
      return refuse(400, 'VALIDATION_FAILED', `limit is 1 to ${PAGE.most}, offset from 0.`);
    const found = this.listings.filter(fits(asked));
    const items = found.slice(offset, offset + limit);
    return json(200, { x402Version: 2, items, pagination: { limit, offset, total: found.length } });
  }

  #search(asked: URLSearchParams): Answer {
    const query = asked.get('query') ?? '';
    const limit = whole(asked.get('limit') ?? String(PAGE.usual), 1, PAGE.most);
    if (query.trim() === '' || query.length > QUERY_CHARS || limit === undefined)
      return refuse(
        400,
        'VALIDATION_FAILED',
        `query has 1 to ${QUERY_CHARS} characters, limit is 1 to ${PAGE.most}.`,
      );
    const found = searchListings(this.listings.filter(fits(asked)), query);
    return json(200, {
      x402Version: 2,
      resources: found.slice(0, limit),
      partialResults: found.length > limit,
      pagination: null,
    });
  }
}

/** What is listed must fit every filter that is given, and one way to pay all those that are about paying. */
function fits(asked: URLSearchParams): (listing: Listing) => boolean {
  const wanted = (name: string): string | undefined => asked.get(name) ?? undefined;
  const [type, extension] = [wanted('type'), wanted('extensions')];
  const terms = (['payTo', 'scheme', 'network'] as const).flatMap((name) => {
    const value = wanted(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return (listing) =>
    (type === undefined || listing.type === type) &&
    (extension === undefined || Object.hasOwn(listing.extensions, extension)) &&
    (terms.length === 0 ||
      listing.accepts.some((accepted) => terms.every(([name, value]) => accepted[name] === value)));
}

const whole = (text: string, least: number, most: number): number | undefined => {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
};
