import { field } from '../../events/define.js';
import { planSchema } from '../../events/plan.js';
import { errorSchema, paymentEvidenceSchema } from '../../events/step-facts.js';
import { artifactRefSchema, contentSchema, sealedSchema } from '../../kernel/sealed.js';
import { position, publicError, usdc } from '../../projections/timeline/messages/define.js';
import type { SharedSchemas } from '../named-schemas.js';

/** What many messages share stands in the document once, under a name. */
export const shared: SharedSchemas = {
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
