/**
 * A copy of a document in which one digit of one decimal number, found by its path, is another. The last digit is
 * taken: the number stays as long and as plausible as it was.
 */
export function withOneDigitChanged<T>(document: T, path: readonly string[]): T {
  const copy = structuredClone(document);
  const parents = path.slice(0, -1);
  const name = path.at(-1)!;
  let member = copy as Record<string, unknown>;
  for (const key of parents) member = member[key] as Record<string, unknown>;
  const number = String(member[name]);
  const digit = (Number(number.at(-1)) + 1) % 10;
  member[name] = `${number.slice(0, -1)}${digit}`;
  return copy;
}
