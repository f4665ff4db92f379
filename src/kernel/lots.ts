/** Cuts a list into lots, one after the other. @param sizes of each lot; together as many as there are values */
export function inLots<T>(values: readonly T[], sizes: readonly number[]): readonly (readonly T[])[] {
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return values.slice(end - size, end);
  });
}
