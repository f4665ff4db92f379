import type { z } from 'zod';
import type { contentSchema, sealedSchema } from '../kernel/sealed.js';
import type { planSchema } from './plan.js';
import type { paymentEvidenceSchema } from './step-facts.js';

/** Values that the samples of several events share. */
export const sampleTime = '2026-01-02T03:04:05.678Z';

export const sampleSealed: z.input<typeof sealedSchema> = {
  alg: 'A256GCM',
  owner: 'user_01',
  iv: 'AAAAAAAAAAAAAAAA',
  data: 'q83vEjRWeJA=',
};

export const sampleContent: z.input<typeof contentSchema> = { inline: sampleSealed };

export const samplePlan: z.input<typeof planSchema> = {
  steps: [
    {
      id: 'step_1',
      kind: 'service_call',
      name: 'Trend analysis',
      action: 'trend',
      service: {
        id: 'svc_trend',
        name: 'Trend analyst',
        method: 'POST',
        url: 'http://127.0.0.1:5402/svc/trend',
        payTo: '11111111111111111111111111111111',
        network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
        asset: '4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU',
        price: '20000',
      },
      dependencies: [],
      toleratesSkipped: false,
      estimatedCost: '20000',
      maxCost: '20000',
      estimatedTime: 400,
      timeoutMs: 30000,
      retry: { maxAttempts: 3, initialMs: 1000, multiplier: 2, maxMs: 30000 },
      sideEffect: 'none',
      onFailure: 'abort',
      matchScore: 0.91,
      matchReasons: ['capability trend'],
    },
    {
      id: 'step_2',
      kind: 'data_transform',
      name: 'Assemble the result',
      action: 'assemble',
      dependencies: ['step_1'],
      toleratesSkipped: true,
      estimatedCost: '0',
      maxCost: '0',
      estimatedTime: 5,
      timeoutMs: 30000,
      retry: { maxAttempts: 1, initialMs: 0, multiplier: 1, maxMs: 0 },
      sideEffect: 'none',
      onFailure: 'abort',
    },
  ],
  details: sampleSealed,
  criticalPath: ['step_1', 'step_2'],
  parallelGroups: [],
  totals: { estimatedCost: '20000', maxCost: '20000', compensationReserve: '0', criticalPathTime: 405 },
  workflowHash: '123456789',
};

export const samplePayment: z.input<typeof paymentEvidenceSchema> = {
  paymentId: 'pay_1',
  signature: '5'.repeat(88),
  slot: '42',
  payer: '1'.repeat(32),
  payee: '1'.repeat(32),
  amount: '20000',
  asset: '4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU',
  network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
};
