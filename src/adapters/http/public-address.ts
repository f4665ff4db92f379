import ipaddr from 'ipaddr.js';

const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * True for addresses of the public internet only. Loopback, private, link-local (cloud metadata), carrier NAT,
 * multicast and reserved ranges are not, nor are IPv6 forms that carry an IPv4 address inside (mapped, 6to4,
 * Teredo, NAT64), whatever it is.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  // Catches deprecated forms such as ::127.0.0.1, which count as unicast.
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST_V6);
}
