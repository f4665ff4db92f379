import { issuerFromSeed } from '../../src/receipts/issuer.js';

export const sampleSeed = new Uint8Array(32).fill(3);
export const sampleIssuer = issuerFromSeed(sampleSeed);
export const sampleIssuedAt = '2026-01-01T00:00:10.000Z';
