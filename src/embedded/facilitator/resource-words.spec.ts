import { describe, expect, it } from '@jest/globals';
import { catalogued, serviceMetadata } from './resource-words.js';

describe('name and tags of a listing', () => {
  it('are kept as they are', () => {
    expect(serviceMetadata({ serviceName: 'Weather', tags: ['rain', 'wind'] })).toEqual({
      serviceName: 'Weather',
      tags: ['rain', 'wind'],
    });
  });

  it.each([['Wetter ☂'], ['x'.repeat(33)], [''], ['a\nb'], [7], [undefined]])(
    'go without a name that is %j',
    (serviceName) => {
      expect(serviceMetadata({ serviceName, tags: ['rain'] })).toEqual({ serviceName: '', tags: ['rain'] });
    },
  );

  it('are five tags at most, each once in whatever case, and those that are none are left out', () => {
    const tags = ['Rain', 'rain', '', 'x'.repeat(33), 'ü', 7, 'b', 'c', 'd', 'e', 'f'];
    expect(serviceMetadata({ tags }).tags).toEqual(['Rain', 'b', 'c', 'd', 'e']);
    expect(serviceMetadata({ tags: 'rain' }).tags).toEqual([]);
  });
});

describe('the address of a listing', () => {
  const url = 'https://api.example/users/7?x=1';
  it('is the template of its route, where it has one', () => {
    expect(catalogued(url, '/users/:id')).toBe('https://api.example/users/:id');
  });

  it.each([
    undefined,
    '',
    'users/:id',
    '/a/../b',
    '/a/%2e%2e/b',
    '/x%3a//evil',
    '/a b',
    '/%zz',
    '//evil/://x',
    7,
  ])('is that of the call for a template like %j', (template) => {
    expect(catalogued(url, template)).toBe(url);
  });
});
