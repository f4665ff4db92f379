/** Nested deeper than this nothing of ours is long. */
const DEPTH = 5;
/** of a member that is no text: its slot and its name */
const MEMBER = 16;

/**
 * About how many bytes a value holds in memory, told in microseconds: texts by their length, everything else by the
 * number of its members. For bounds of caches, which need the order of magnitude and no more.
 */
export function weightOf(value: unknown, depth = DEPTH): number {
  if (typeof value === 'string') return MEMBER + value.length;
  if (typeof value !== 'object' || value === null || depth === 0) return MEMBER;
  let weight = MEMBER;
  if (Array.isArray(value)) for (const item of value) weight += weightOf(item, depth - 1);
  else for (const key in value) weight += weightOf((value as Record<string, unknown>)[key], depth - 1);
  return weight;
}
