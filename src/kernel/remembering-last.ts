/**
 * A pure function of two values that is often called twice with the same: the second time it gives what it gave. Only
 * the last call is remembered, so nothing is kept that would not be for a moment.
 */
export function rememberingLast<A, B, R>(pure: (a: A, b: B) => R): (a: A, b: B) => R {
  let last: { readonly a: A; readonly b: B; readonly result: R } | undefined;
  return (a, b) => {
    if (last !== undefined && last.a === a && last.b === b) return last.result;
    const result = pure(a, b);
    last = { a, b, result };
    return result;
  };
}
