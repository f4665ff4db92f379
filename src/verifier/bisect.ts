/**
 * The members of a batch that fail, found by halving it: few bad ones among many cost few questions.
 * @param holds whether none from `from` up to but without `to` fails; must agree with itself, so that a half without
 * failures leaves them to the other
 */
export function failing(count: number, holds: (from: number, to: number) => boolean): readonly number[] {
  const found: number[] = [];
  const search = (from: number, to: number, isKnownToFail: boolean): boolean => {
    if (from === to || (!isKnownToFail && holds(from, to))) return false;
    if (to - from === 1) {
      found.push(from);
      return true;
    }
    const middle = (from + to) >> 1;
    const inFirst = search(from, middle, false);
    search(middle, to, !inFirst);
    return true;
  };
  search(0, count, false);
  return found;
}
