import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { sampleIssuer } from '../../../test/kit/sample-issuer.js';
import { receipt } from '../../commands/receipt/decide.js';
import { toMicros } from '../../kernel/money.js';
import type { Receipt } from '../../verifier/document.js';
import { issuerKeyId, publishedKeysSchema, revocationsSchema } from '../../verifier/index.js';

const golden = readFileSync(new URL('../../../test/golden/receipts/basic.json', import.meta.url), 'utf8');
const { receiptId, workflowId } = (JSON.parse(golden) as Receipt).statement;

describe('the issuer of receipts', () => {
  let house: House;
  let operator: Client;
  let alice: Client;
  let nobody: Client;
  beforeAll(async () => {
    house = await openHouse({ issuerKeys: [sampleIssuer] });
    operator = await house.user('user_operator', ['user', 'operator']);
    alice = await house.user('user_alice');
    nobody = new Client(house.url, undefined);
  });
  afterAll(() => house.close());

  const keys = async () =>
    publishedKeysSchema.parse((await nobody.get('/.well-known/quittance-keys.json')).body).keys;
  const revocations = async () => {
    house.clock.offset += 2_000;
    return revocationsSchema.parse((await nobody.get('/.well-known/quittance-revocations.json')).body);
  };
  const verdict = async () => (await nobody.post('/receipts/verify', golden)).body;
  const lineOf = (body: { checks: { name: string; reason: string; passed: boolean }[] }, name: string) =>
    body.checks.find((check) => check.name === name);

  it('publishes the key it signs with, and that of its log', async () => {
    const { body, headers } = await nobody.get('/.well-known/quittance-keys.json');
    const { keyId, publicKey } = sampleIssuer;
    expect(body).toMatchObject({
      keys: [{ keyId, publicKey, alg: 'Ed25519', status: 'active', validFrom: null, validUntil: null }],
      log: { origin: 'example.org/log' },
    });
    expect(headers.get('cache-control')).toBe('public, max-age=60');
    expect(await revocations()).toMatchObject({ receipts: [], keys: [] });
    expect(await verdict()).toMatchObject({ valid: true });
  });

  it.each([
    '/receipt-keys/rotate',
    `/receipt-keys/${sampleIssuer.keyId}/revoke`,
    `/receipts/${receiptId}/revoke`,
  ])('lets operators alone %s', async (path) => {
    const body = path.endsWith('rotate') ? {} : { reason: 'Because.' };
    expect((await nobody.post(path, body)).status).toBe(401);
    expect((await alice.post(path, body)).status).toBe(403);
  });

  it('revokes no key that signs', async () => {
    const reply = await operator.post(`/receipt-keys/${sampleIssuer.keyId}/revoke`, { reason: 'Stolen.' });
    expect([reply.status, reply.body.code]).toEqual([409, 'KEY_IN_USE']);
  });

  it('publishes its keys as a JSON Web Key Set, the revoked ones left out', async () => {
    const { body, headers, status } = await nobody.get('/.well-known/jwks.json');
    const x = Buffer.from(sampleIssuer.publicKey, 'hex').toString('base64url');
    const key = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid: sampleIssuer.keyId, x };
    expect([status, body]).toEqual([200, { keys: [key] }]);
    expect(headers.get('cache-control')).toBe('public, max-age=60');
  });

  it('signs with a new key once it was told to; what the former one signed stays valid', async () => {
    const { status, body } = await operator.post('/receipt-keys/rotate');
    expect(status).toBe(200);
    const [present, former] = body.keys;
    expect(present).toMatchObject({ status: 'active', validUntil: null });
    expect(present.keyId).toBe(issuerKeyId(present.publicKey));
    expect(former).toMatchObject({ keyId: sampleIssuer.keyId, status: 'retired' });
    expect(Date.parse(former.validUntil) - Date.parse(present.validFrom)).toBe(60_000);
    expect(await keys()).toEqual(body.keys);
    expect(lineOf(await verdict(), 'key-time')).toMatchObject({ passed: true });
    const again = await operator.post('/receipt-keys/rotate');
    expect(again.body.keys).toHaveLength(3);
    expect(new Set(again.body.keys.map(({ keyId }: { keyId: string }) => keyId)).size).toBe(3);
  });

  it.each<[string, object, number, string]>([
    ['no reason', {}, 400, 'VALIDATION_FAILED'],
    ['an empty reason', { reason: ' ' }, 400, 'VALIDATION_FAILED'],
    ['a reason that is too long', { reason: 'x'.repeat(501) }, 400, 'VALIDATION_FAILED'],
    ['a time that is none', { reason: 'x', from: '2026-02-31T00:00:00.000Z' }, 400, 'VALIDATION_FAILED'],
    ['a time to come', { reason: 'x', from: '2999-01-01T00:00:00.000Z' }, 400, 'VALIDATION_FAILED'],
    ['a member more', { reason: 'x', key: 1 }, 400, 'VALIDATION_FAILED'],
  ])('revokes no key for %s', async (_what, body, status, code) => {
    const reply = await operator.post(`/receipt-keys/${sampleIssuer.keyId}/revoke`, body);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
  });

  it('revokes no key that it never had', async () => {
    for (const id of ['0'.repeat(16), 'x', 'a'.repeat(100)])
      expect((await operator.post(`/receipt-keys/${id}/revoke`, { reason: 'Stolen.' })).status).toBe(404);
  });

  it('revokes a receipt, and the verdict says when and why', async () => {
    await house.dispatch.send(
      receipt,
      receiptId,
      {
        type: 'IssueReceipt',
        receiptId,
        workflowId,
        runNo: 1,
        userId: 'user_alice',
        outcome: 'completed',
        level: 'basic',
        workflowHash: '1',
        resultsRoot: '2',
        finalResultHash: '3',
        totalCost: toMicros(1n),
        documentHash: 'd'.repeat(64),
        statementHash: 'a'.repeat(64),
        document: { sha256: house.keepReceipt(JSON.parse(golden)), size: 10, mediaType: 'application/json' },
        keyId: sampleIssuer.keyId,
        at: new Date().toISOString(),
      },
      { commandId: 'issue', correlationId: workflowId, actor: { type: 'saga', id: 'spec' } },
    );
    await house.caughtUp();
    expect((await operator.post('/receipts/rcpt_nor1/revoke', { reason: 'x' })).status).toBe(404);
    expect((await operator.post(`/receipts/${receiptId}/revoke`, {})).status).toBe(400);
    const reply = await operator.post(`/receipts/${receiptId}/revoke`, { reason: 'The wrong run.' });
    expect(reply).toMatchObject({
      status: 200,
      body: { receipt: { id: receiptId, reason: 'The wrong run.' } },
    });
    await house.caughtUp();
    const { revokedAt } = reply.body.receipt;
    expect((await revocations()).receipts).toMatchObject([{ revokedAt, reason: 'The wrong run.' }]);
    const line = { passed: false, reason: `Its issuer revoked it on ${revokedAt}: The wrong run.` };
    const sent = await verdict();
    expect([sent.valid, lineOf(sent, 'revocation')]).toEqual([false, expect.objectContaining(line)]);
    const issued = await alice.post(`/receipts/${receiptId}/verify`);
    expect([issued.status, issued.body.valid]).toEqual([200, false]);
    expect(lineOf(issued.body, 'revocation')).toMatchObject(line);
    expect((await alice.get(`/receipts/${receiptId}`)).body.receipt).toMatchObject({ revokedAt });
    expect(
      (await operator.post(`/receipts/${receiptId}/revoke`, { reason: 'Another.' })).body.receipt,
    ).toMatchObject({
      reason: 'The wrong run.',
    });
  });

  it('revokes a former key from a time on, and with it what the log did not have by then', async () => {
    const path = `/receipt-keys/${sampleIssuer.keyId}/revoke`;
    const { status, body } = await operator.post(path, { reason: 'A backup was stolen.' });
    expect([status, body.keys.map((key: { status: string }) => key.status)]).toEqual([
      200,
      ['active', 'retired', 'revoked'],
    ]);
    const kids = (await nobody.get('/.well-known/jwks.json')).body.keys.map(
      ({ kid }: { kid: string }) => kid,
    );
    expect(kids).toHaveLength(2);
    expect(kids).not.toContain(sampleIssuer.keyId);
    const [revoked] = (await revocations()).keys;
    expect(revoked).toMatchObject({ keyId: sampleIssuer.keyId, logSize: 0, reason: 'A backup was stolen.' });
    const earlier = await operator.post(path, { reason: 'Earlier.', from: '2020-01-01T00:00:00.000Z' });
    expect(earlier.status).toBe(200);
    expect((await revocations()).keys).toMatchObject([{ from: '2020-01-01T00:00:00.000Z' }]);
  });
});
