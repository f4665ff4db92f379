import { toBase58 } from '../../src/kernel/base58.js';
import type { ClosedRun, ClosedStep } from '../../src/receipts/closed-run.js';
import { issuerFromSeed } from '../../src/receipts/issuer.js';
import { didOf } from '../../src/verifier/service-receipt.js';
import { sampleRun } from './sample-run.js';

/** A service whose wallet signs for what it was paid. */
export const sampleService = walletOf(7);
export const otherService = walletOf(8);

function walletOf(seed: number) {
  const { publicKey, sign } = issuerFromSeed(new Uint8Array(32).fill(seed));
  return { address: toBase58(Buffer.from(publicKey, 'hex')), sign };
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export interface ServiceWord {
  readonly header?: object;
  readonly claims?: object;
  readonly by?: typeof sampleService;
}

/** A receipt of x402's `offer-receipt` for the payment of step_2, or one that says something else. */
export function serviceWord({ header = {}, claims = {}, by = sampleService }: ServiceWord = {}): string {
  const said = {
    network: 'solana:test',
    resourceUrl: 'https://svc.example.org/a',
    payer: 'Payer1',
    issuedAt: 1_767_225_602,
    transaction: 'step_2Signature',
    ...claims,
  };
  const text = `${part({ alg: 'EdDSA', kid: `${didOf(sampleService.address)}#key`, ...header })}.${part(said)}`;
  return `${text}.${Buffer.from(by.sign(Buffer.from(text))).toString('base64url')}`;
}

/** The steps of the sample run, the second one by a service that signed this. */
export const signedFor = (serviceReceipt: string): ClosedRun['steps'] =>
  sampleRun().steps.map((step): ClosedStep => {
    if (step.stepId !== 'step_2') return step;
    const payment = { ...step.payment!, payee: sampleService.address, serviceReceipt };
    return { ...step, recipient: sampleService.address, payment };
  });
