import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { receiptHash } from '../../src/kernel/log/entry.js';
import type { Receipt, StepDisclosure } from '../../src/verifier/index.js';
import { originals } from '../kit/mutants/originals.js';
import { written } from '../kit/mutants/tree.js';
import { PageSandbox, type Shown } from '../kit/page-sandbox.js';
import { sampleIssuer } from '../kit/sample-issuer.js';
import { sampleLog } from '../kit/sample-log.js';
import { sampleContent } from '../kit/sample-run.js';

const golden = (name: string) =>
  readFileSync(new URL(`../golden/receipts/${name}.json`, import.meta.url), 'utf8');
const named = (name: string) => written(originals.find((each) => each.name === name)!.document);
const lines = ([shown]: readonly Shown[]) =>
  Object.fromEntries(shown!.checks.map(({ name, standing }) => [name, standing]));

const { keyId, publicKey } = sampleIssuer;
const time = { validFrom: '2026-01-01T00:00:00.000Z', validUntil: '2026-01-02T00:00:00.000Z' };
const keys = {
  format: 'quittance-keys/1',
  keys: [{ keyId, publicKey, alg: 'Ed25519', status: 'retired', ...time }],
  log: { origin: sampleLog.origin, key: sampleLog.keyText },
};
const { receiptId } = (JSON.parse(golden('basic')) as Receipt).statement;
const revocations = {
  format: 'quittance-revocations/1',
  asOf: '2026-03-01T00:00:00.000Z',
  receipts: [
    { receipt: receiptHash(receiptId), revokedAt: '2026-02-01T00:00:00.000Z', reason: 'The wrong run.' },
  ],
  keys: [],
};

describe('files given beside receipts', () => {
  it('of published keys make a receipt valid, hold it to the time of its key and to its log', async () => {
    const page = new PageSandbox();
    await page.choose(named('in the log'));
    const shown = await page.give('keysfile', { 'keys.json': JSON.stringify(keys) });
    expect(shown[0]!.standing).toBe('valid');
    expect(lines(shown)).toMatchObject({ issuer: 'passed', 'key-time': 'passed', log: 'passed' });
    const early = { ...keys, keys: [{ ...keys.keys[0]!, validUntil: time.validFrom }] };
    expect(lines(await page.give('keysfile', { 'keys.json': JSON.stringify(early) }))['key-time']).toBe(
      'failed',
    );
  });

  it('of revocations refuse what was taken back, and say when and why', async () => {
    const page = new PageSandbox();
    await page.type({ keys: publicKey });
    await page.choose(golden('basic'));
    const shown = await page.give('revocations', { 'revocations.json': JSON.stringify(revocations) });
    expect([shown[0]!.standing, lines(shown)['revocation']]).toEqual(['invalid', 'failed']);
    expect(shown[0]!.card.textContent).toContain('revoked it on 2026-02-01T00:00:00.000Z: The wrong run.');
    const others = await page.give('revocations', {
      'revocations.json': JSON.stringify({ ...revocations, receipts: [] }),
    });
    expect([others[0]!.standing, lines(others)['revocation']]).toEqual(['valid', 'passed']);
  });

  it('of contents are compared with what was committed to, by their names', async () => {
    const page = new PageSandbox();
    await page.choose(named('opened'));
    const { output } = sampleContent('step_1');
    const same = await page.give('contents', { 'step_1.output.json': JSON.stringify(output.json) });
    expect(lines(same)).toMatchObject({ 'content:step_1:output': 'passed' });
    const other = await page.give('contents', {
      'step_1.output.json': '{"answer":"another"}',
      'step_2.input.csv': 'a,b',
    });
    expect(lines(other)).toMatchObject({
      'content:step_1:output': 'failed',
      'content:step_2:input': 'failed',
    });
  });

  it('of a receipt say whether a single step is of it', async () => {
    const page = new PageSandbox();
    const step = golden('step-disclosure');
    const { statement, signature } = JSON.parse(step) as StepDisclosure;
    await page.type({ keys: publicKey });
    expect(lines(await page.choose(step))['receipt']).toBeUndefined();
    const receipt = JSON.stringify({ format: 'quittance-receipt/1', statement, signature });
    expect(lines(await page.give('receipt', { 'receipt.json': receipt }))['receipt']).toBe('passed');
    expect(lines(await page.give('receipt', { 'other.json': golden('basic') }))['receipt']).toBe('failed');
    expect(lines(await page.give('receipt', { 'none.json': 'not JSON' }))['receipt']).toBe('failed');
  });

  it.each<[string, string, string, RegExp]>([
    ['keysfile', 'keys.json', '{}', /keys.json does not hold the keys of an issuer/],
    ['keysfile', 'keys.json', 'not JSON', /does not hold the keys/],
    ['keysfile', 'keys.json', '', /does not hold the keys/],
    ['revocations', 'list.json', JSON.stringify(keys), /list.json does not hold a list of revocations/],
    ['revocations', 'list.json', JSON.stringify({ ...revocations, more: 1 }), /does not hold a list/],
    ['contents', 'output.json', '{}', /name it like step_1.output.json/],
    ['contents', 'step_1.result.json', '{}', /name it like/],
  ])('that mean nothing are refused beside their field: %s, %s', async (field, name, content, complaint) => {
    const page = new PageSandbox();
    await page.choose(golden('basic'));
    await page.give(field, { [name]: content });
    expect(page.element(`${field}-complaint`).textContent).toMatch(complaint);
    expect(page.element(field).attributes.get('aria-invalid')).toBe('true');
  });

  it('are forgotten when the reader asks for it', async () => {
    const page = new PageSandbox();
    await page.choose(golden('basic'));
    const given = { 'revocations.json': JSON.stringify(revocations) };
    expect((await page.give('revocations', given))[0]!.standing).toBe('invalid');
    expect((await page.clear())[0]!.standing).toBe('whole');
  });

  it('hold a receipt to the word of its issuer alone, where that is asked for', async () => {
    const page = new PageSandbox();
    await page.type({ keys: publicKey });
    const { disclosure: _, openings: __, ...pending } = JSON.parse(golden('basic')) as Receipt;
    expect((await page.choose(JSON.stringify(pending)))[0]!.standing).toBe('invalid');
    expect((await page.type({ level: 'signed' }))[0]!.standing).toBe('valid');
  });
});
