import type { Roll } from '../ports/leases.js';

/**
 * How many of `total` resources of a pool a member should hold. Shares differ by one at most and add up to `total`;
 * those who joined first have the larger ones, so that nobody who joins takes more than its due.
 */
export function poolShare(total: number, pool: string, members: Roll['members'], instance: string): number {
  const sharing = members.filter(({ pools }) => pools.includes(pool));
  const place = sharing.findIndex((member) => member.instance === instance);
  if (place < 0) return 0;
  return Math.floor(total / sharing.length) + (place < total % sharing.length ? 1 : 0);
}
