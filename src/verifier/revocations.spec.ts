import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { naiveInclusion, naiveRoot } from '../../test/kit/naive-tree.js';
import { sampleIssuer } from '../../test/kit/sample-issuer.js';
import { sampleLog } from '../../test/kit/sample-log.js';
import { base64 } from '../kernel/log/base64.js';
import { logEntry, receiptHash } from '../kernel/log/entry.js';
import type { Receipt } from './document.js';
import { issuerKeysOf, publishedKeysSchema } from './published-keys.js';
import { REVOCATIONS_FORMAT, type Revocations, revocationsSchema } from './revocations.js';
import { type IssuerKey, statementBytes } from './signature.js';
import { verifyReceipt } from './verify-receipt.js';

const receipt = JSON.parse(
  readFileSync(new URL('../../test/golden/receipts/basic.json', import.meta.url), 'utf8'),
) as Receipt;
const { statement } = receipt;
const [before, after] = ['2000-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z'];
const entries: Uint8Array[] = Array.from({ length: 11 }, (_, i) => Uint8Array.of(i));
entries[6] = logEntry(statement.receiptId, statementBytes(statement));
const log = {
  index: 6,
  hashes: naiveInclusion(6, entries).map(base64),
  checkpoint: sampleLog.checkpoint({ size: 11, root: naiveRoot(entries) }),
};

const none: Revocations = { format: REVOCATIONS_FORMAT, asOf: after, receipts: [], keys: [] };
const ofKey = (from: string, logSize: number): Revocations => ({
  ...none,
  keys: [{ keyId: sampleIssuer.keyId, from, logSize, revokedAt: after, reason: 'A backup was stolen.' }],
});

async function lineOf(name: string, document: unknown, options: object, key: Partial<IssuerKey> = {}) {
  const { keyId, publicKey } = sampleIssuer;
  const issuerKeys = [{ keyId, publicKey, ...key }];
  const { valid, checks } = await verifyReceipt(document, {
    issuerKeys,
    allowDevelopmentKeys: true,
    log: { key: sampleLog.key, required: false },
    ...options,
  });
  const line = checks.find((check) => check.name === name);
  return { valid, passed: line?.passed, reason: line?.reason ?? '' };
}

describe('revocation', () => {
  const revocation = (revocations: Revocations, document: unknown = receipt) =>
    lineOf('revocation', document, { revocations });

  it('of nothing lets a receipt pass, and says as of when', async () =>
    expect(await revocation(none)).toMatchObject({
      valid: true,
      reason: expect.stringContaining(`as of ${after}`),
    }));

  it('of the receipt is said with its date and reason', async () => {
    const taken = { receipt: receiptHash(statement.receiptId), revokedAt: after, reason: 'The wrong run.' };
    const { valid, reason } = await revocation({ ...none, receipts: [taken] });
    expect([valid, reason]).toEqual([false, `Its issuer revoked it on ${after}: The wrong run.`]);
  });

  it('of another receipt or another key does not concern it', async () => {
    const receipts = [{ receipt: receiptHash('rcpt_other'), revokedAt: after, reason: '' }];
    const keys = [{ ...ofKey(before, 0).keys[0]!, keyId: '0'.repeat(16) }];
    expect((await revocation({ ...none, receipts, keys })).valid).toBe(true);
  });

  it('of its key from a time before it was issued takes it with it, whatever the log has', async () =>
    expect((await revocation(ofKey(statement.issuedAt, 99), { ...receipt, log })).valid).toBe(false));

  it('of its key from a later time spares it only if the log had it by then', async () => {
    expect((await revocation(ofKey(after, 7), { ...receipt, log })).valid).toBe(true);
    expect((await revocation(ofKey(after, 6), { ...receipt, log })).valid).toBe(false);
    const undated = await revocation(ofKey(after, 7));
    expect([undated.valid, undated.reason]).toEqual([
      false,
      expect.stringContaining('its date alone proves nothing'),
    ]);
  });

  it('believes no proof of a log that nobody trusts, or that does not hold', async () => {
    const revocations = ofKey(after, 7);
    const untrusted = await lineOf('revocation', { ...receipt, log }, { revocations, log: undefined });
    expect(untrusted).toMatchObject({ valid: false, passed: false });
    const forged = { ...receipt, log: { ...log, index: 5 } };
    expect(await revocation(revocations, forged)).toMatchObject({ valid: false, passed: false });
  });

  it('is looked for only where a list is given', async () =>
    expect((await lineOf('revocation', receipt, {})).passed).toBeUndefined());
});

describe('the time of a key', () => {
  const keyTime = (key: Partial<IssuerKey>) => lineOf('key-time', receipt, {}, key);

  it('is that of the receipt, to the millisecond', async () => {
    const { issuedAt } = statement;
    expect((await keyTime({ validFrom: issuedAt, validUntil: issuedAt })).valid).toBe(true);
    expect(await keyTime({ validUntil: before })).toMatchObject({ valid: false, passed: false });
    expect(await keyTime({ validFrom: after })).toMatchObject({ valid: false, passed: false });
  });

  it('is not looked at where nothing is said of it', async () =>
    expect(await keyTime({})).toMatchObject({ valid: true, passed: undefined }));
});

describe('what an installation publishes', () => {
  const { keyId, publicKey } = sampleIssuer;
  const key = { keyId, publicKey, alg: 'Ed25519', status: 'active', validFrom: null, validUntil: null };
  const keys = {
    format: 'quittance-keys/1',
    keys: [key],
    log: { origin: 'example.org/log', key: sampleLog.keyText },
  };

  it('is read as the keys that a verifier takes', () =>
    expect(issuerKeysOf(publishedKeysSchema.parse(keys))).toEqual([{ keyId, publicKey }]));

  it.each<[string, object]>([
    ['an unknown member', { ...keys, note: '' }],
    ['another format', { ...keys, format: 'quittance-keys/2' }],
    ['no keys', { ...keys, keys: [] }],
    ['a name that is not that of the key', { ...keys, keys: [{ ...key, keyId: '0'.repeat(16) }] }],
    ['another algorithm', { ...keys, keys: [{ ...key, alg: 'none' }] }],
    ['a time that is none', { ...keys, keys: [{ ...key, validFrom: 'yesterday' }] }],
    ['a log key that is none', { ...keys, log: { origin: 'x', key: 'x+00000000+AAAA' } }],
  ])('is refused with %s', (_what, wrong) =>
    expect(publishedKeysSchema.safeParse(wrong).success).toBe(false),
  );

  it.each<[string, object]>([
    ['an unknown member', { ...none, note: '' }],
    ['another format', { ...none, format: 'x' }],
    ['a receipt by its id', { ...none, receipts: [{ receipt: 'rcpt_1', revokedAt: after, reason: '' }] }],
    ['a key without a time', { ...none, keys: [{ keyId, logSize: 1, revokedAt: after, reason: '' }] }],
    ['a size below nothing', { ...none, keys: [{ ...ofKey(after, -1).keys[0] }] }],
  ])('of what is revoked is refused with %s', (_what, wrong) =>
    expect(revocationsSchema.safeParse(wrong).success).toBe(false),
  );
});
