/** ms; whoever answers may not keep a run waiting for longer by a word */
export const LONGEST_RETRY_AFTER = 60_000;

const SECONDS = /^[0-9]{1,9}$/;

/**
 * How long a service wants to be left alone (RFC 9110, 10.2.3): so many seconds, or until a time, which is read by its
 * own clock.
 * @param header of its answer @returns ms, at most {@link LONGEST_RETRY_AFTER}; undefined when it says nothing of use
 */
export function retryAfterMs(header: (name: string) => string | null | undefined): number | undefined {
  const said = header('retry-after')?.trim() ?? '';
  const ms = SECONDS.test(said) ? Number(said) * 1_000 : Date.parse(said) - Date.parse(header('date') ?? '');
  return ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER) : undefined;
}
