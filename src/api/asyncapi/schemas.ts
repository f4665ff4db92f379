import { z } from 'zod';
import { field } from '../../events/define.js';
import { planSchema } from '../../events/plan.js';
import { errorSchema, paymentEvidenceSchema } from '../../events/step-facts.js';
import { artifactRefSchema, contentSchema, sealedSchema } from '../../kernel/sealed.js';
import { position, publicError, usdc } from '../../projections/timeline/messages/define.js';

/** What many messages share stands in the document once, under a name. */
const shared: Readonly<Record<string, readonly [z.ZodType, string]>> = {
  Id: [field.id, 'carries its kind as a prefix: wf_, step_, pay_, rcpt_, …'],
  Time: [field.time, 'UTC, ISO 8601, milliseconds'],
  Usdc: [usdc, 'a decimal number of USDC for display; the exact amount is its …Micro'],
  MicroUsdc: [field.micros, 'micro-USDC: canonical decimal, no sign, no leading zero'],
  Position: [position, 'of the event in the event store: opaque, ordered as text'],
  Code: [field.code, 'a literal for programs'],
  Sentence: [field.sentence, 'for a person'],
  Count: [field.count, 'a whole number'],
  Milliseconds: [field.ms, 'a duration'],
  Sha256: [field.sha256, 'lower-case hexadecimal'],
  FieldElement: [field.fieldElement, 'below the BN254 scalar field: canonical decimal'],
  PublicError: [publicError, 'what went wrong'],
  StepError: [errorSchema, 'what went wrong, and whether trying again may help'],
  Plan: [planSchema, 'a plan as it is stored: what the user wrote stands in it sealed'],
  PaymentEvidence: [paymentEvidenceSchema, 'enough to find a payment on the chain'],
  Sealed: [sealedSchema, 'encrypted with the user’s own key (AES-256-GCM); its AAD binds it to its place'],
  ArtifactRef: [artifactRefSchema, 'address of bytes that are kept elsewhere'],
  Content: [contentSchema, 'sealed where it stands, or the address of sealed bytes'],
};

export const pointerTo = (name: string): string => `#/components/schemas/${name}`;

/**
 * JSON Schema (draft 7, as AsyncAPI has it) of what is given and of what it shares, by name.
 * @param named what stands in the document under a name of its own
 */
export function jsonSchemas(named: Readonly<Record<string, z.ZodType>>): Record<string, object> {
  const registry = z.registry<{ readonly id: string }>();
  for (const [id, [schema]] of Object.entries(shared)) registry.add(schema, { id });
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { target: 'draft-7', uri: pointerTo });
  const bare = Object.entries(schemas).map(([id, schema]): [string, object] => {
    const { $schema: _dialect, $id: _address, ...rest } = schema;
    const description = shared[id]?.[1];
    return [id, { ...(description !== undefined && { description }), ...(unwrapped(rest) as object) }];
  });
  const used = new Set(referencesIn(bare.filter(([id]) => id in named)));
  for (const id of used)
    for (const next of referencesIn(bare.find(([name]) => name === id)?.[1])) used.add(next);
  return Object.fromEntries(bare.filter(([id]) => id in named || used.has(id)));
}

/** `{allOf: [{$ref}]}` says no more than `{$ref}`. */
const unwrapped = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, unwrapped(member)] as const);
  const [only, ...others] = members;
  const isWrapping = only?.[0] === 'allOf' && others.length === 0 && Array.isArray(only[1]);
  return isWrapping && only[1].length === 1 ? only[1][0] : Object.fromEntries(members);
};

const referencesIn = (value: unknown): string[] =>
  [...JSON.stringify(value ?? null).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name!,
  );
