import { z } from 'zod';
import type { Micros } from '../../kernel/money.js';
import { toMicros } from '../../kernel/money.js';
import type { DataType, ServiceInput, ServiceOffer } from '../../ports/catalogue.js';

/** When a service that fails now and then does so: with the money still the payer's, or already ours. */
export interface Failures {
  /** 0 to 1 of the paid calls */
  readonly share: number;
  readonly when: 'before-settlement' | 'after-settlement';
}

/** What a demo service says of itself, before it is known where it runs and who is paid. */
export interface ServiceDeclaration<In = unknown, Out = unknown> {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly capability: string;
  readonly price: Micros;
  readonly inputs: readonly ServiceInput[];
  readonly input: z.ZodType<In>;
  readonly output: DataType;
  readonly answer: z.ZodType<Out>;
  /** 0 to 10,000 */
  readonly reputation: number;
  /** 0 to 1 */
  readonly uptime: number;
  readonly latencyMs: number;
  readonly tags: readonly string[];
  /** a body that it takes, for those who see the service for the first time */
  readonly example?: unknown;
  readonly failures?: Failures;
}

/** Where a service is reached and who is paid for it. */
export interface Placement {
  readonly baseUrl: string;
  readonly payTo: string;
  readonly network: string;
  readonly asset: string;
}

/** Keeps the types of input and answer together, and the price an integer of micro-USDC. */
export const declare = <In, Out>(
  declaration: Omit<ServiceDeclaration<In, Out>, 'price'> & { readonly price: bigint },
): ServiceDeclaration<In, Out> => ({ ...declaration, price: toMicros(declaration.price) });

export const servicePath = (id: string): string => `/svc/${id}`;

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): unknown =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' });

/** The declaration as discovery will offer it. */
export const offerOf = (declaration: ServiceDeclaration, at: Placement): ServiceOffer => ({
  id: declaration.id,
  name: declaration.name,
  description: declaration.description,
  capability: declaration.capability,
  method: 'POST',
  url: `${at.baseUrl}${servicePath(declaration.id)}`,
  price: declaration.price,
  payTo: at.payTo,
  network: at.network,
  asset: at.asset,
  inputs: declaration.inputs,
  output: declaration.output,
  inputSchema: jsonSchema(declaration.input, 'input'),
  outputSchema: jsonSchema(declaration.answer, 'output'),
  reputation: declaration.reputation,
  uptime: declaration.uptime,
  latencyMs: declaration.latencyMs,
  tags: declaration.tags,
});
