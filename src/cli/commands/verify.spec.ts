import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../../../test/kit/folder.js';
import { withOneDigitChanged } from '../change-digit.js';
import { trustedIssuers } from '../issuer-keys.js';
import { contentsOf } from './verify.js';

const folder = temporaryFolder();
const file = join(folder.path, 'content');
afterAll(() => folder.remove());

describe('contents to compare', () => {
  it('are read as JSON where they are JSON, as bytes elsewhere', () => {
    writeFileSync(file, '{"a":1}');
    expect(contentsOf([`step_1/output=${file}`])).toEqual({ step_1: { output: { json: { a: 1 } } } });
    writeFileSync(file, 'a,b');
    expect(contentsOf([`step_1/input=${file}`])).toEqual({
      step_1: { input: { bytes: Buffer.from('a,b') } },
    });
  });

  it.each(['step_1', 'step_1/output', 'step_1/result=x', '/output=x', 'step_1/output='])(
    '%s are refused',
    (given) =>
      expect(() => contentsOf([given])).toThrow(expect.objectContaining({ code: 'CONTENT_INVALID' })),
  );

  it('that do not exist are refused by name', () =>
    expect(() => contentsOf(['step_1/output=no-such-file'])).toThrow('no-such-file does not exist.'));
});

describe('trusted issuers', () => {
  const key = 'ab'.repeat(32);
  const trust = (given: readonly string[], anyIssuer = false) =>
    trustedIssuers(given, { dataFolder: folder.path, anyIssuer });

  it('are nobody where no key is given and nothing is installed', () =>
    expect(trust([])).toEqual({ keys: 'embedded', from: 'nobody' }));

  describe('of an installation', () => {
    beforeAll(() =>
      writeFileSync(
        join(folder.path, 'settings.json'),
        JSON.stringify({ receiptKey: { publicKey: key, seed: 'cd'.repeat(32) } }),
      ),
    );

    it('are its own key', () =>
      expect(trust([])).toMatchObject({ keys: [{ publicKey: key }], from: 'data folder' }));

    it('are the ones given instead, where some are', () =>
      expect(trust(['12'.repeat(32)])).toMatchObject({
        keys: [{ publicKey: '12'.repeat(32) }],
        from: 'given',
      }));

    it('are anybody only when that is asked for', () => expect(trust([], true).keys).toBe('embedded'));
  });

  it.each(['', 'xyz', key.slice(2), `${key}00`])('%j is no key', (given) =>
    expect(() => trust([given])).toThrow(expect.objectContaining({ code: 'KEY_INVALID' })),
  );
});

describe('one digit changed', () => {
  const document = { statement: { totalCost: '48009' }, proof: { pi_a: ['12'] } };

  it('is another digit at the same place, in a copy', () => {
    expect(withOneDigitChanged(document, ['statement', 'totalCost']).statement.totalCost).toBe('48000');
    expect(withOneDigitChanged(document, ['proof', 'pi_a', '0']).proof.pi_a).toEqual(['13']);
    expect(document.statement.totalCost).toBe('48009');
  });
});
