import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../test/kit/folder.js';
import { type RunOptions, requestOf } from './run.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder.path, name), content);
  return join(folder.path, name);
};
const request = (words: string | undefined, options: Partial<RunOptions> = {}) =>
  requestOf(words, { input: [], level: 'basic', ...options });
const refusing = (code: string) => expect.objectContaining({ code });

describe('the request of a run', () => {
  it('carries its words, its limit and its files by name and type', () => {
    const input = [file('prices.csv', 'a\n1\n'), file('Notes', 'x')];
    expect(request('Analyse these prices', { input, maxCost: 5 })).toEqual({
      input: 'Analyse these prices',
      maxCost: 5,
      level: 'basic',
      files: [
        { name: 'prices.csv', mediaType: 'text/csv', content: 'a\n1\n' },
        { name: 'Notes', mediaType: 'text/plain', content: 'x' },
      ],
    });
  });

  it('carries a plan instead of words', () =>
    expect(request(undefined, { plan: file('plan.json', '{"steps":[]}') })).toMatchObject({
      plan: { steps: [] },
    }));

  it.each([
    ['nothing', undefined, {}, 'REQUEST_MISSING'],
    ['words and a plan', 'Analyse these prices', { plan: 'plan.json' }, 'REQUEST_AND_PLAN'],
    ['nine characters', '123456789', {}, 'REQUEST_LENGTH'],
    ['blanks', ' '.repeat(50), {}, 'REQUEST_LENGTH'],
    ['5,001 characters', 'a'.repeat(5_001), {}, 'REQUEST_LENGTH'],
  ])('is refused for %s', (_, words, options, code) =>
    expect(() => request(words, options)).toThrow(refusing(code)),
  );

  it('names the mandate that approves it', () =>
    expect(request('Analyse these prices', { mandate: 'mdt_1' })).toMatchObject({ mandateId: 'mdt_1' }));

  it.each([
    [
      'a mandate and a wallet that signs each payment',
      { mandate: 'mdt_1', wallet: 'w.json' },
      'MANDATE_AND_WALLET',
    ],
    ['a delegate of no wallet', { delegated: true }, 'WALLET_MISSING'],
  ])('is refused for %s', (_, options, code) =>
    expect(() => request('Analyse these prices', options)).toThrow(refusing(code)),
  );

  it('may have a mandate for what a delegate pays', () =>
    expect(
      request('Analyse these prices', { mandate: 'mdt_1', wallet: 'w.json', delegated: true }),
    ).toMatchObject({
      mandateId: 'mdt_1',
    }));

  it('takes ten and 5,000 characters', () => {
    expect(request('1234567890').input).toHaveLength(10);
    expect(request('a'.repeat(5_000)).input).toHaveLength(5_000);
  });

  it.each([
    ['bytes that are no text', () => [file('x.bin', Uint8Array.of(0xff, 0xfe))], 'FILE_NOT_TEXT'],
    ['more than fits', () => [file('big.csv', '1,2\n'.repeat(800_000))], 'TOO_LARGE'],
    ['nine files', () => Array.from({ length: 9 }, () => file('a.csv', '1')), 'TOO_MANY_FILES'],
    ['a folder', () => [folder.path], 'FILE_UNREADABLE'],
  ])('is refused for %s', (_, input, code) =>
    expect(() => request('Analyse these prices', { input: input() })).toThrow(refusing(code)),
  );

  it('is refused for a plan that is no JSON', () =>
    expect(() => request(undefined, { plan: file('p.json', '{') })).toThrow(refusing('FILE_NOT_JSON')));
});
