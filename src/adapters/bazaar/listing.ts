import { z } from 'zod';
import { type Micros, parseMicros } from '../../kernel/money.js';
import type { DataType, ServiceInput, ServiceOffer } from '../../ports/catalogue.js';

/** What we pay with; an offer for other money is of no use to us. */
export interface Purse {
  /** CAIP-2 */
  readonly network: string;
  /** mint address */
  readonly asset: string;
}

const CAPS = { itemBytes: 128 * 1024, description: 2_000, name: 120, inputs: 40, tags: 30 } as const;

const DATA_TYPES = [
  'table',
  'text',
  'statistics',
  'trend',
  'chart',
  'markdown',
  'html',
  'summary',
  'forecast',
  'anomalies',
  'comparison',
  'json',
] as const satisfies readonly DataType[];

const token = z.string().regex(/^[A-Za-z][\w-]{0,63}$/);

/** Somebody else's words: on one line, without control characters, and short. */
const words = (most: number) =>
  z.string().transform((text) =>
    text
      .replace(/[\p{C}\s]+/gu, ' ')
      .trim()
      .slice(0, most),
  );

const input = z.object({
  name: token,
  type: z.enum([...DATA_TYPES, 'string', 'number', 'boolean']),
  optional: z.boolean(),
  description: words(500),
  allowed: z.array(z.string().max(200)).max(200).optional(),
  many: z.boolean().optional(),
});

/** `extensions.quittance`, version 1: what the Bazaar's own format has no place for. */
const quittance = z.object({
  v: z.literal(1),
  id: token,
  capability: token,
  inputs: z.array(input).max(CAPS.inputs),
  output: z.enum(DATA_TYPES),
  reputation: z.int().min(0).max(10_000),
  uptime: z.number().min(0).max(1),
  latencyMs: z.number().min(0).max(3_600_000),
});

const terms = z.object({
  scheme: z.string(),
  network: z.string(),
  amount: z.string(),
  asset: z.string(),
  payTo: z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/),
});

const item = z.object({
  resource: z.url({ protocol: /^https?$/ }).max(2_000),
  type: z.literal('http'),
  accepts: z.array(z.unknown()).min(1).max(20),
  description: words(CAPS.description).optional(),
  serviceName: words(CAPS.name).optional(),
  tags: z.array(words(60)).max(CAPS.tags).optional(),
  extensions: z.object({
    quittance,
    bazaar: z.object({
      info: z.object({ input: z.object({ method: z.enum(['GET', 'POST']) }) }),
      schema: z.object({
        properties: z.object({
          input: z.object({ properties: z.object({ body: z.unknown() }) }).optional(),
          output: z.unknown(),
        }),
      }),
    }),
  }),
});

/** @returns undefined for an item that says too little, too much, or nothing we could pay for */
export function readListing(value: unknown, purse: Purse): ServiceOffer | undefined {
  const text = JSON.stringify(value);
  if (text === undefined || text.length > CAPS.itemBytes) return undefined;
  const parsed = item.safeParse(value);
  if (!parsed.success) return undefined;
  const { resource, description = '', serviceName, tags = [], extensions, accepts } = parsed.data;
  const price = cheapest(accepts, purse);
  if (price === undefined || new URL(resource).username !== '') return undefined;
  const { id, capability, inputs, output, reputation, uptime, latencyMs } = extensions.quittance;
  const { info, schema } = extensions.bazaar;
  return {
    id,
    name: serviceName || id,
    description,
    capability,
    method: info.input.method,
    url: resource,
    price: price.amount,
    payTo: price.payTo,
    network: purse.network,
    asset: purse.asset,
    inputs: inputs.map(inputOf),
    output,
    inputSchema: schema.properties.input?.properties.body ?? {},
    outputSchema: answerSchemaOf(schema.properties.output),
    reputation,
    uptime,
    latencyMs,
    tags,
  };
}

/** `info.output` has the answer as an example; older registries described the answer itself. */
function answerSchemaOf(output: unknown): unknown {
  const { properties } = (output ?? {}) as { readonly properties?: { readonly example?: unknown } };
  return properties?.example ?? output ?? {};
}

const inputOf = ({ allowed, many, ...rest }: z.output<typeof input>): ServiceInput => ({
  ...rest,
  ...(allowed === undefined ? {} : { allowed }),
  ...(many === undefined ? {} : { many }),
});

/** The cheapest `exact` terms in our money. The price of the call itself is asked again before it is paid. */
function cheapest(accepts: readonly unknown[], { network, asset }: Purse) {
  const ours = accepts.flatMap((value) => {
    const parsed = terms.safeParse(value);
    if (!parsed.success) return [];
    const { scheme, payTo } = parsed.data;
    if (scheme !== 'exact' || parsed.data.network !== network || parsed.data.asset !== asset) return [];
    const amount = readAmount(parsed.data.amount);
    return amount === undefined ? [] : [{ amount, payTo }];
  });
  return ours.sort((a, b) => (a.amount < b.amount ? -1 : a.amount > b.amount ? 1 : 0))[0];
}

function readAmount(text: string): Micros | undefined {
  try {
    return parseMicros(text);
  } catch {
    return undefined;
  }
}
