import type { HostileCase } from './hostile-house.js';
import { asking } from './hostile-service.js';
import { parties } from './parties.js';

const at = (name: string, url: (own: string) => string): HostileCase => ({ name, url });
const elsewhere = (host: string) => (): string => {
  const { port } = new URL(parties().elsewhere.url);
  return `http://${host}:${port}/take`;
};
const redirects = (name: string, location: () => string): HostileCase => ({
  name,
  unpaid: (response) => response.writeHead(302, { location: location() }).end(),
});

/** Where a service stands, or would have us go. */
export const addresses: readonly HostileCase[] = [
  at('stands on this machine', elsewhere('127.0.0.1')),
  at('stands on this machine by name', elsewhere('localhost')),
  at('stands on this machine by a number', elsewhere('2130706433')),
  at('stands on this machine in octal', elsewhere('0177.0.0.1')),
  at('stands on this machine in few digits', elsewhere('127.1')),
  at('stands on this machine by IPv6', elsewhere('[::1]')),
  at('stands on this machine by a mapped address', elsewhere('[::ffff:127.0.0.1]')),
  at('stands on no address', elsewhere('0.0.0.0')),
  at('stands on the address of metadata', () => 'http://169.254.169.254/latest/meta-data'),
  at('stands in a private network', () => 'http://10.0.0.1/'),
  at('is a file', () => 'file:///etc/passwd'),
  at('carries a password in its address', (own) => own.replace('http://', 'http://user:secret@')),
  at('carries the allowed host as a user name', (own) =>
    own.replace('http://', 'http://').replace('127.0.0.1', '127.0.0.1@169.254.169.254'),
  ),
  redirects('redirects to this machine', () => `${parties().elsewhere.url}/take`),
  redirects('redirects to the address of metadata', () => 'http://169.254.169.254/latest/meta-data'),
  redirects('redirects to itself', () => '/case/1'),
  redirects('redirects to another scheme', () => 'file:///etc/passwd'),
  {
    name: 'redirects once, and asks when it is called again',
    unpaid: (response, { required }, number) =>
      number === 1 ? response.writeHead(301, { location: '/case/1' }).end() : asking(response, required),
  },
];
