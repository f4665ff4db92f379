/**
 * Bounds an LRUCache by a number of entries, as `max` does, which makes room for all of them at once: for a hundred
 * thousand that is some 12 ms of a start.
 */
export const growing = (most: number) => ({ maxSize: most, sizeCalculation: () => 1 });
