import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { naiveInclusion, naiveRoot } from '../../test/kit/naive-tree.js';
import { sampleIssuer } from '../../test/kit/sample-issuer.js';
import { sampleLog } from '../../test/kit/sample-log.js';
import { base64 } from '../kernel/log/base64.js';
import { logEntry } from '../kernel/log/entry.js';
import { logSigner } from '../transparency/log-signer.js';
import type { Receipt } from './document.js';
import { statementBytes } from './signature.js';
import { verifyReceipt } from './verify-receipt.js';

const receipt = JSON.parse(
  readFileSync(new URL('../../test/golden/receipts/basic.json', import.meta.url), 'utf8'),
) as Receipt;
const { statement } = receipt;
const entries: Uint8Array[] = Array.from({ length: 11 }, (_, i) => Uint8Array.of(i));
const AT = 6;
entries[AT] = logEntry(statement.receiptId, statementBytes(statement));
const hashes = naiveInclusion(AT, entries).map(base64);
const checkpoint = sampleLog.checkpoint({ size: entries.length, root: naiveRoot(entries) });
const log = { index: AT, hashes, checkpoint };
const trusted = { key: sampleLog.key, required: true };

async function verified(document: unknown, by: typeof trusted | null = trusted) {
  const options = { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true };
  const { valid, checks } = await verifyReceipt(document, by ? { ...options, log: by } : options);
  return { valid, line: checks.find(({ name }) => name === 'log') };
}

describe('a receipt in the log', () => {
  it('is confirmed to be in it', async () => {
    expect(await verified({ ...receipt, log })).toEqual({
      valid: true,
      line: { name: 'log', required: true, passed: true, reason: 'Leaf 6 of 11 in the log example.org/log.' },
    });
  });

  const other = logSigner(new Uint8Array(32).fill(6), 'example.org/log');
  const renamed = logSigner(new Uint8Array(32).fill(5), 'example.org/other');
  const head = { size: entries.length, root: naiveRoot(entries) };
  const altered = entries.with(0, Uint8Array.of(99));
  it.each<[string, object]>([
    ['another place', { ...log, index: 5 }],
    ['a place outside the log', { ...log, index: 11 }],
    ['a proof cut short', { ...log, hashes: hashes.slice(1) }],
    ['a hash more', { ...log, hashes: [...hashes, hashes[0]] }],
    ['hashes in another order', { ...log, hashes: hashes.toReversed() }],
    ['a hash that is no base64', { ...log, hashes: hashes.with(0, '*'.repeat(44)) }],
    ['base64 written in another way', { ...log, hashes: hashes.with(0, `${hashes[0]!.slice(0, 42)}9=`) }],
    [
      'a head that was changed after it was signed',
      { ...log, checkpoint: checkpoint.replace('\n11\n', '\n12\n') },
    ],
    ['a head that another key signed', { ...log, checkpoint: other.checkpoint(head) }],
    ['the head of another log', { ...log, checkpoint: renamed.checkpoint(head) }],
    [
      'the head of a log with another leaf',
      { ...log, checkpoint: sampleLog.checkpoint({ ...head, root: naiveRoot(altered) }) },
    ],
    [
      'the head of an empty log',
      { ...log, checkpoint: sampleLog.checkpoint({ size: 0, root: naiveRoot([]) }) },
    ],
    ['a head that is no note', { ...log, checkpoint: 'x' }],
    [
      'a signature that is too short',
      { ...log, checkpoint: checkpoint.replace(/(— \S+ ).*\n/, '$1AAAAAAA=\n') },
    ],
  ])('is refused with %s, whether the log was asked for or not', async (_what, wrong) => {
    for (const required of [true, false]) {
      const { valid, line } = await verified({ ...receipt, log: wrong }, { ...trusted, required });
      expect([valid, line?.passed, line?.required]).toEqual([false, false, true]);
    }
  });

  it.each<[string, unknown]>([
    ['an unknown member', { ...log, size: 11 }],
    ['an index in another form', { ...log, index: '6' }],
    ['an index that is no whole number', { ...log, index: 6.5 }],
    ['far too many hashes', { ...log, hashes: Array.from({ length: 65 }, () => hashes[0]) }],
    ['a note that is far too long', { ...log, checkpoint: 'x'.repeat(5_000) }],
    ['nothing', null],
  ])('is no receipt with %s in its place', async (_what, wrong) => {
    const { checks } = await verifyReceipt(
      { ...receipt, log: wrong },
      { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true },
    );
    expect(checks).toMatchObject([{ name: 'format', passed: false }]);
  });

  it('that brings no proof fails where the log was asked for, and is told where not', async () => {
    expect(await verified(receipt)).toMatchObject({ valid: false, line: { required: true, passed: false } });
    const told = await verified(receipt, { ...trusted, required: false });
    expect(told).toMatchObject({ valid: true, line: { required: false, passed: false } });
  });

  it('whose log nobody trusts is told so', async () => {
    const told = await verified({ ...receipt, log }, null);
    expect(told).toMatchObject({
      valid: true,
      line: { required: false, reason: expect.stringMatching(/no key of a log/) },
    });
  });
});
