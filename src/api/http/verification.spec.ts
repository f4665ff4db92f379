import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { sampleIssuer } from '../../../test/kit/sample-issuer.js';
import { LIMITS } from '../../kernel/limits.js';

const golden = (name: string): string =>
  readFileSync(new URL(`../../../test/golden/receipts/${name}.json`, import.meta.url), 'utf8');
const basic = golden('basic');
const proven = golden('zero-knowledge');

describe('verification for third parties', () => {
  let house: House;
  let nobody: Client;
  beforeAll(async () => {
    house = await openHouse({ issuerKeys: [sampleIssuer] });
    nobody = new Client(house.url, undefined);
  });
  afterAll(() => house.close());

  const failing = (checks: readonly { name: string; required: boolean; passed: boolean }[]) =>
    checks.filter(({ required, passed }) => required && !passed).map(({ name }) => name);

  it('takes the receipt as it lies in a file, or in an envelope, without a key', async () => {
    for (const body of [basic, proven, `{"receipt":${basic}}`]) {
      const reply = await nobody.post('/receipts/verify', body);
      expect(reply).toMatchObject({ status: 200, body: { success: true, valid: true } });
      expect(reply.body.checks[0]).toMatchObject({ name: 'format', passed: true });
    }
  });

  it('answers with the line that fails, and why', async () => {
    const changed = basic.replace(/"totalCost": ?"\d/, '"totalCost":"7');
    expect(changed).not.toBe(basic);
    const { status, body } = await nobody.post('/receipts/verify', changed);
    expect([status, body.valid, failing(body.checks)]).toEqual([200, false, ['signature']]);
  });

  it.each([
    [
      'a member that is there twice',
      basic.replace('"statement":', '"statement":1,"statement":'),
      /^statement is there twice/,
    ],
    [
      'a number in another form',
      basic.replace(/"runNo": ?1/, '"runNo":1.0'),
      /statement\.runNo is a number in another form/,
    ],
    ['an unknown member', basic.replace('{', '{"note":1,'), /note/],
    ['an unknown version', basic.replace('quittance-receipt/1', 'quittance-receipt/9'), /format/],
    ['something else', '[1,2,3]', /./],
    ['nothing', 'null', /./],
  ])('says of %s what is wrong with it, with status 200', async (_, sent, why) => {
    const { status, body } = await nobody.post('/receipts/verify', sent);
    expect([status, body.valid, failing(body.checks)]).toEqual([200, false, ['format']]);
    expect(body.checks[0].reason).toMatch(why);
  });

  it.each([
    [
      'an unknown circuit',
      (text: string) => text.replace('"workflow-receipt-16"', '"workflow-receipt-17"'),
      'proof-key',
    ],
    ['another key', (text: string) => text.replace(/"vkeyHash": ?"./, '"vkeyHash":"0'), 'proof-key'],
  ])('names the check that fails for %s', async (_, change, name) => {
    const { status, body } = await nobody.post('/receipts/verify', change(proven));
    expect([status, failing(body.checks)]).toEqual([200, [name]]);
  });

  it('holds it to the level and context that are asked for', async () => {
    const level = await nobody.post('/receipts/verify?level=zero-knowledge', basic);
    expect(failing(level.body.checks)).toEqual(['level']);
    const context = await nobody.post('/receipts/verify?context=5', proven);
    expect(failing(context.body.checks)).toEqual(['context']);
    for (const query of ['level=total', 'context=0x5', 'context=05', 'key=abc'])
      expect((await nobody.post(`/receipts/verify?${query}`, basic)).status).toBe(400);
  });

  it.each(['', '{', 'not json', '{"a":1}}', '['.repeat(5_000), '\u0000', '"\\ud8'])(
    'answers %j, where nothing was asked, with 400',
    async (body) => {
      for (const path of ['/receipts/verify', '/receipts/verify-batch', '/proofs/verify'])
        expect(await nobody.post(path, body)).toMatchObject({
          status: 400,
          body: { code: 'VALIDATION_FAILED' },
        });
    },
  );

  it('refuses what is too large before it is read', async () => {
    const reply = await nobody.post('/receipts/verify', `"${'x'.repeat(LIMITS.bodyBytes)}"`);
    expect(reply).toMatchObject({ status: 413, body: { code: 'TOO_LARGE' } });
  });

  describe('of a batch', () => {
    it('names the bad ones, and an ambiguous one spoils no other', async () => {
      const twice = basic.replace('"statement":', '"statement":1,"statement":');
      const bad = basic.replace(/"totalCost": ?"\d/, '"totalCost":"7');
      const sent = `{"receipts":[${[basic, bad, proven, twice, '7'].join(',')}]}`;
      const { status, body } = await nobody.post('/receipts/verify-batch', sent);
      expect([status, body.valid, body.invalid]).toEqual([200, false, [1, 3, 4]]);
      expect(body.receipts.map((each: { checks: [] }) => failing(each.checks))).toEqual([
        [],
        ['signature'],
        [],
        ['format'],
        ['format'],
      ]);
      expect(body.receipts[3].checks[0].reason).toMatch(/^statement is there twice/);
    });

    it.each([
      ['nothing', '{"receipts":[]}'],
      ['no list', '{"receipts":{}}'],
      ['a member more', '{"receipts":[1],"keys":[]}'],
      ['the list twice', '{"receipts":[1],"receipts":[2]}'],
      ['more than the limit', `{"receipts":[${Array.from({ length: 1_001 }, () => '0').join(',')}]}`],
    ])('is refused for %s', async (_, sent) => {
      expect((await nobody.post('/receipts/verify-batch', sent)).status).toBe(400);
    });
  });

  describe('of a bare proof', () => {
    const { circuitId, circuitVersion, proof, publicSignals } = JSON.parse(proven).proof;
    const asked = { circuitId, circuitVersion, proof, publicSignals };

    it('uses the key that is pinned here', async () => {
      const reply = await nobody.post('/proofs/verify', asked);
      expect(reply).toMatchObject({ status: 200, body: { valid: true } });
      const other = await nobody.post('/proofs/verify', { ...asked, circuitVersion: '99' });
      expect(other).toMatchObject({ status: 200, body: { valid: false } });
      expect(failing(other.body.checks)).toEqual(['proof-key']);
    });

    it.each([
      ['a proof of another kind', { proof: { ...proof, protocol: 'plonk' } }],
      ['no proof', { proof: null }],
      ['signals that are none', { publicSignals: 'all' }],
      ['a signal too few', { publicSignals: publicSignals.slice(1) }],
    ])('says of %s why it does not hold, with status 200', async (_, change) => {
      const { status, body } = await nobody.post('/proofs/verify', { ...asked, ...change });
      expect([status, failing(body.checks)]).toEqual([200, ['proof']]);
    });

    it('takes no key from whoever brings the proof', async () => {
      expect((await nobody.post('/proofs/verify', { ...asked, verificationKey: {} })).status).toBe(400);
    });
  });

  it('is limited by address, and refused before the body is read', async () => {
    const small = await openHouse({ perMinute: 2 });
    const someone = new Client(small.url, undefined);
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await someone.post('/receipts/verify', '7')).status);
    expect(statuses).toEqual([200, 200, 429]);
    await small.close();
  });
});
