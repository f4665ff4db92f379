/** An empty prefix would cancel every timer of everybody: always a mistake. */
export function assertPrefix(prefix: string): void {
  if (prefix === '') throw new RangeError('timers are cancelled by a prefix that is not empty');
}
