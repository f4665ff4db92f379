import { expect, it } from '@jest/globals';
import { isSameResource } from './same-resource.js';

const CALLED = 'https://service.example/paid/report';

it.each([
  ['the very same', CALLED],
  ['behind a proxy that ends TLS', 'http://service.example/paid/report'],
  ['with a query', `${CALLED}?x=1`],
  ['with a last slash', `${CALLED}/`],
  ['as a path', '/paid/report'],
])('a resource is what was called: %s', (_, said) => expect(isSameResource(said, CALLED)).toBe(true));

it.each([
  ['another path', 'https://service.example/paid/cheap'],
  ['a path that climbs', 'https://service.example/paid/report/../cheap'],
  ['an encoded climb', 'https://service.example/paid/report%2f..%2fcheap'],
  ['a path in other letters', 'https://service.example/paid/Report'],
  ['another host', 'https://evil.example/paid/report'],
  ['a host in look-alike letters', 'https://servicе.example/paid/report'],
  ['the host as a user name', 'https://service.example@evil.example/paid/report'],
  ['two slashes', 'https://service.example//paid/report'],
  ['no URL', 'http://'],
  ['another kind of resource', 'mcp://service.example/paid/report'],
])('a resource is not what was called: %s', (_, said) => expect(isSameResource(said, CALLED)).toBe(false));

it('names of this machine are one host', () =>
  expect(isSameResource('http://localhost:1/a', 'http://127.0.0.1:2/a')).toBe(true));
