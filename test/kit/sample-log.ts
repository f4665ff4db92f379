import { logSigner } from '../../src/transparency/log-signer.js';

export const sampleLog = logSigner(new Uint8Array(32).fill(5), 'example.org/log');
