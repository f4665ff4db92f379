const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a service sells what was called. Scheme, query and a last slash may differ, since a proxy in front of it may
 * change them; host and path may not, or a payment for one thing would buy another.
 */
export function isSameResource(said: string, called: string): boolean {
  const here = new URL(called);
  if (!URL.canParse(said, called)) return false;
  const there = new URL(said, called);
  if (there.protocol !== 'https:' && there.protocol !== 'http:') return false;
  return isSameHost(there, here) && pathOf(there) === pathOf(here);
}

const isSameHost = (a: URL, b: URL): boolean =>
  a.hostname === b.hostname || (LOOPBACK.has(a.hostname) && LOOPBACK.has(b.hostname));

/** As the parser has it, dots resolved; percent signs stay, for servers do not agree on what they mean. */
const pathOf = ({ pathname }: URL): string => pathname.replace(/\/$/, '');
