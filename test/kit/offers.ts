import { type Micros, toMicros } from '../../src/kernel/money.js';
import type { DataType, ServiceInput, ServiceOffer } from '../../src/ports/catalogue.js';

/** Made-up offers for specs. */
export const offer = (id: string, more: Partial<Omit<ServiceOffer, 'id'>> = {}): ServiceOffer => ({
  id,
  name: id,
  description: '',
  capability: id,
  method: 'POST',
  url: `http://127.0.0.1:5402/svc/${id}`,
  price: toMicros(10_000n),
  payTo: 'payee',
  network: 'solana:test',
  asset: 'usdc',
  inputs: [],
  output: 'json',
  inputSchema: {},
  outputSchema: {},
  reputation: 9_000,
  uptime: 0.999,
  latencyMs: 100,
  tags: [],
  ...more,
});

export const usdc = (micros: bigint): Micros => toMicros(micros);

export const input = (name: string, type: string, optional = false): ServiceInput => ({
  name,
  type: type as DataType,
  optional,
  description: '',
});
