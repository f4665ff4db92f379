import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { compactVerify, createLocalJWKSet, errors, flattenedVerify } from 'jose';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { issueReceipt } from '../../src/receipts/issue-receipt.js';
import { issuerFromSeed } from '../../src/receipts/issuer.js';
import { attachedJwsOf, jwksOf, type Receipt, verifyReceipt } from '../../src/verifier/index.js';
import { sampleIssuedAt, sampleIssuer } from '../kit/sample-issuer.js';
import { sampleRun } from '../kit/sample-run.js';

const golden = JSON.parse(
  readFileSync(new URL('../golden/receipts/basic.json', import.meta.url), 'utf8'),
) as Receipt;
const { receipt } = issueReceipt(sampleRun({ level: 'basic' }), sampleIssuer, sampleIssuedAt);
const { statement, signature } = receipt;
if (signature.alg !== 'EdDSA') throw new Error('receipts are signed by a JWS');

const published = (
  { keyId, publicKey }: { keyId: string; publicKey: string },
  status: 'active' | 'revoked',
) => ({ keyId, publicKey, alg: 'Ed25519', status, validFrom: null, validUntil: null }) as const;
const jwks = createLocalJWKSet({ keys: [...jwksOf({ keys: [published(sampleIssuer, 'active')] }).keys] });
const [header = '', , value = ''] = signature.jws.split('.');
const payload = (of: Receipt['statement']) => Buffer.from(canonicalJson(of)).toString('base64url');

describe('the signature of a receipt, by a library of JOSE that is not ours', () => {
  it('holds over the statement beside it, by the key of its name in the published set', async () => {
    const jws = { protected: header, payload: payload(statement), signature: value };
    const verified = await flattenedVerify(jws, jwks, { algorithms: ['EdDSA'] });
    expect(verified.protectedHeader).toEqual({
      alg: 'EdDSA',
      kid: sampleIssuer.keyId,
      typ: 'quittance-receipt-1+jws',
    });
    expect(JSON.parse(Buffer.from(verified.payload).toString())).toEqual(statement);
  });

  it('holds as one text, with the statement inside', async () => {
    const verified = await compactVerify(attachedJwsOf(receipt)!, jwks);
    expect(Buffer.from(verified.payload).toString()).toBe(canonicalJson(statement));
  });

  it('does not hold over another statement', async () => {
    const other = { ...statement, maxCost: '100001' };
    const jws = { protected: header, payload: payload(other), signature: value };
    await expect(flattenedVerify(jws, jwks)).rejects.toThrow(errors.JWSSignatureVerificationFailed);
  });

  it('does not hold by the key of another issuer, nor by one that was revoked', async () => {
    const stranger = issuerFromSeed(new Uint8Array(32).fill(4));
    const jws = attachedJwsOf(receipt)!;
    const ofStranger = jwksOf({ keys: [published(stranger, 'active'), published(sampleIssuer, 'revoked')] });
    expect(ofStranger.keys).toHaveLength(1);
    await expect(compactVerify(jws, createLocalJWKSet({ keys: [...ofStranger.keys] }))).rejects.toThrow(
      errors.JWKSNoMatchingKey,
    );
  });

  it('is none where a receipt was signed before there was a JWS, and such a receipt stays valid', async () => {
    expect(golden.signature.alg).toBe('Ed25519');
    expect(attachedJwsOf(golden)).toBeUndefined();
    const verdict = await verifyReceipt(golden, { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true });
    expect(verdict.valid).toBe(true);
  });
});

describe('the signature of a receipt, by our verifier', () => {
  const judged = async (changed: Receipt['signature']) => {
    const { checks } = await verifyReceipt(
      { ...receipt, signature: changed },
      { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true },
    );
    return checks.filter(({ passed, required }) => required && !passed).map(({ name }) => name);
  };
  const withHeader = (said: object) =>
    judged({ ...signature, jws: `${Buffer.from(JSON.stringify(said)).toString('base64url')}..${value}` });
  const said = { alg: 'EdDSA', kid: sampleIssuer.keyId, typ: 'quittance-receipt-1+jws' };

  it('is said to be a JWS', async () => {
    const { checks } = await verifyReceipt(receipt, {
      issuerKeys: [sampleIssuer],
      allowDevelopmentKeys: true,
    });
    expect(checks.find(({ name }) => name === 'signature')).toMatchObject({
      passed: true,
      reason: 'The statement is exactly what the issuer signed (a JWS, EdDSA).',
    });
    expect(await withHeader(said)).toEqual([]);
  });

  it.each([
    ['no algorithm', { ...said, alg: 'none' }],
    ['another algorithm', { ...said, alg: 'HS256' }],
    ['another key', { ...said, kid: '0'.repeat(16) }],
    ['another type', { ...said, typ: 'JWT' }],
    ['a parameter more', { ...said, b64: false, crit: ['b64'] }],
    ['its parameters in another order', { typ: said.typ, alg: said.alg, kid: said.kid }],
    ['one parameter less', { alg: said.alg, kid: said.kid }],
  ])('fails with a header that says %s', async (_what, other) => {
    expect(await withHeader(other)).toEqual(['signature']);
  });

  it('really signed otherwise by the issuer, is refused: one header has one meaning', async () => {
    for (const other of [
      { ...said, typ: 'JWT' },
      { ...said, crit: ['exp'], exp: 1 },
    ]) {
      const part = Buffer.from(JSON.stringify(other)).toString('base64url');
      const signed = sampleIssuer.sign(Buffer.from(`${part}.${payload(statement)}`));
      const jws = `${part}..${Buffer.from(signed).toString('base64url')}`;
      expect(await judged({ ...signature, jws })).toEqual(['signature']);
    }
  });

  it('is written in one way: a bit that base64url leaves over is no signature', async () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const spare = letters[letters.indexOf(value.at(-1)!) + 1]!;
    const same = `${value.slice(0, -1)}${spare}`;
    expect(Buffer.from(same, 'base64url')).toEqual(Buffer.from(value, 'base64url'));
    expect(await judged({ ...signature, jws: `${header}..${same}` })).toEqual(['signature']);
  });

  it('is no JWS of x402, and none that carries its payload', async () => {
    expect(await judged({ ...signature, jws: attachedJwsOf(receipt)! })).toEqual(['format']);
  });

  it('of a statement with thousands of names is read without a stack that ends', async () => {
    const kept = Array.from({ length: 512 }, (_, i) => ({
      stepId: `step_${i}`.padEnd(80, 'x'),
      workflowId: 'wf_'.padEnd(80, '0'),
      runNo: 1,
    }));
    const long = { ...receipt, statement: { ...statement, kept } };
    const { checks } = await verifyReceipt(long, { issuerKeys: [sampleIssuer], allowDevelopmentKeys: true });
    expect(checks.find(({ name }) => name === 'signature')).toMatchObject({ passed: false });
  });
});
