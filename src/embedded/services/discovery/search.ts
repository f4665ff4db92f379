import { contentWords } from '../work/words/content-words.js';
import type { Listing } from './listing.js';

/** Best first; a listing that shares no word with the query is left out. */
export function searchListings(listings: readonly Listing[], query: string): readonly Listing[] {
  const wanted = new Set(contentWords(query));
  return listings
    .map((listing) => ({ listing, score: scoreOf(listing, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ listing }) => listing);
}

function scoreOf({ serviceName, tags, description }: Listing, wanted: ReadonlySet<string>): number {
  const strong = new Set(contentWords(`${serviceName} ${tags.join(' ')}`));
  const weak = new Set(contentWords(description));
  let score = 0;
  for (const word of wanted) score += strong.has(word) ? 2 : weak.has(word) ? 1 : 0;
  return score;
}
