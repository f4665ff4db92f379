import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { Refusal } from '../../kernel/errors.js';
import { isPublicAddress } from './public-address.js';

const CONNECT_TIMEOUT_MS = 5_000;

export const addressRefused = (host: string, address: string): Refusal =>
  new Refusal('ADDRESS_REFUSED', `${host} is not a host on the public internet.`, { host, address });

/**
 * Opens connections to public addresses only. The check stands where the connection is made, on the very addresses
 * it is made to: a name that resolves differently a moment later cannot slip through.
 */
export function guardedConnector(resolve: LookupFunction = systemLookup): buildConnector.connector {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: guardedLookup(resolve) });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    // An address in the URL is connected to without any lookup.
    if (isIP(host) !== 0 && !isPublicAddress(host)) callback(addressRefused(host, host), null);
    else connect(options, callback);
  };
}

/** One forbidden address among several refuses the name: which of them would be tried is left to chance. */
function guardedLookup(resolve: LookupFunction): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const forbidden = addresses.find(({ address }) => !isPublicAddress(address));
      const first = addresses[0];
      if (forbidden) return callback(addressRefused(host, forbidden.address), '', 0);
      if (!first) return callback(addressRefused(host, ''), '', 0);
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
