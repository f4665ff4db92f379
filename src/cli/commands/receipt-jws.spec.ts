import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { compactVerify, createLocalJWKSet } from 'jose';
import { temporaryFolder } from '../../../test/kit/folder.js';
import { sampleIssuedAt, sampleIssuer } from '../../../test/kit/sample-issuer.js';
import { sampleRun } from '../../../test/kit/sample-run.js';
import { issueReceipt } from '../../receipts/issue-receipt.js';
import { jwksOf } from '../../verifier/index.js';
import { receiptJws } from './receipt-jws.js';

const folder = temporaryFolder();
const file = join(folder.path, 'receipt.json');
const { receipt } = issueReceipt(sampleRun({ level: 'basic' }), sampleIssuer, sampleIssuedAt);
const { keyId, publicKey } = sampleIssuer;
const key = {
  keyId,
  publicKey,
  alg: 'Ed25519',
  status: 'active',
  validFrom: null,
  validUntil: null,
} as const;
const jwks = createLocalJWKSet({ keys: [...jwksOf({ keys: [key] }).keys] });

describe('the JWS of a receipt', () => {
  const said: string[] = [];
  beforeAll(() => {
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  });
  afterEach(() => {
    said.splice(0);
  });
  afterAll(() => {
    jest.restoreAllMocks();
    folder.remove();
  });

  it.each<[string, object]>([
    ['as it is', receipt],
    ['as the API answers it', { receipt: { id: 'x', document: receipt } }],
  ])('is one that a library of JOSE takes: %s', async (_how, document) => {
    writeFileSync(file, JSON.stringify(document));
    expect(receiptJws(file)).toBe(0);
    const { payload } = await compactVerify(said.join('').trim(), jwks);
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(receipt.statement);
  });

  it('is none of a receipt that was signed before there was one', () => {
    writeFileSync(file, readFileSync(new URL('../../../test/golden/receipts/basic.json', import.meta.url)));
    expect(() => receiptJws(file)).toThrow(expect.objectContaining({ code: 'NO_JWS' }));
  });

  it.each(['{}', 'null', '{', '', '\ufeff{}'])('is none of %j', (text) => {
    writeFileSync(file, text);
    expect(() => receiptJws(file)).toThrow(expect.objectContaining({ code: 'NOT_A_RECEIPT' }));
  });
});
