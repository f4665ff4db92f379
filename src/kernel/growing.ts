/** Bounds an LRUCache by a number of entries, as `max` does, which makes room for all of them as it is made. */
export const growing = (most: number) => ({ maxSize: most, sizeCalculation: () => 1 });
