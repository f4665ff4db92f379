import { z } from 'zod';
import { walletAddressSchema } from '../commands/escrow/commands.js';
import { verificationLevels } from '../events/workflow.js';
import { LIMITS } from '../kernel/limits.js';
import { usdcSchema } from '../kernel/usdc.js';
import { givenPlanSchema } from '../planning/draft-schema.js';

export { usdcSchema };

const wellFormed = { message: 'half a surrogate pair is not text' };

const fileSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^/\\\p{Cc}]+$/u, 'a file name without a path'),
  mediaType: z
    .string()
    .max(100)
    .regex(/^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/),
  content: z.string().refine((text) => text.isWellFormed(), wellFormed),
});

const filesSchema = z
  .array(fileSchema)
  .max(LIMITS.attachments)
  .refine((files) => sizeOf(files) <= LIMITS.attachmentBytes, {
    message: `all files together have at most ${LIMITS.attachmentBytes} bytes`,
  });

const sizeOf = (files: readonly { readonly content: string }[]): number =>
  files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);

/** What one workflow and many may say alike. */
export const sharedShape = {
  input: z
    .string()
    .trim()
    .min(LIMITS.requestMinChars)
    .max(LIMITS.requestMaxChars)
    .refine((text) => text.isWellFormed(), wellFormed)
    .optional(),
  plan: givenPlanSchema.optional(),
  maxCost: usdcSchema.optional().describe('USDC; 0 or missing means the platform limit'),
  maxTime: z.number().int().min(0).max(LIMITS.maxRunTime).optional().describe('ms'),
  verificationLevel: z.enum(verificationLevels).default('basic'),
  autoApprove: z.boolean().default(false).describe('approves a plan that costs nothing'),
  mandateId: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('approves a plan within its limits without asking; the owner is asked about any other'),
  funding: z
    .enum(['escrow', 'client', 'delegate'])
    .optional()
    .describe(
      'client: `wallet` signs every payment itself, and nothing is held; delegate: it has approved the delegate of GET /mandates/delegate on the chain',
    ),
  wallet: walletAddressSchema.optional().describe('that pays where funding is client or delegate'),
  serviceFilters: z
    .strictObject({
      minReputation: z.number().int().min(0).max(10_000).default(0),
      minUptime: z.number().min(0).max(1).default(0),
      excludeServices: z.array(z.string().min(1).max(100)).max(50).default([]),
    })
    .optional(),
  onExhausted: z
    .enum(['fail', 'pause'])
    .optional()
    .describe('when the attempts of a step are used up: the run fails, or pauses until you decide'),
  metadata: z
    .record(z.string().max(100), z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]))
    .refine((metadata) => Object.keys(metadata).length <= 50, { message: 'at most 50 members' })
    .optional(),
};

/** Files of one request, or of one item of a batch. */
export const attachedFiles = filesSchema.optional();

/** POST /workflows/create. Either a request in plain words or a plan of the caller's own. */
export const createBodySchema = z
  .strictObject({
    userId: z.string().max(100).optional(),
    ...sharedShape,
    priority: z.enum(['high', 'normal', 'low']).optional().describe('of its work among all of yours'),
    files: attachedFiles,
  })
  .refine((body) => (body.input === undefined) !== (body.plan === undefined), {
    message: 'send either input or plan',
    path: ['input'],
  })
  .refine(
    (body) => (body.funding === 'client' || body.funding === 'delegate') === (body.wallet !== undefined),
    {
      message: 'names the wallet that pays where funding is not escrow, and only there',
      path: ['wallet'],
    },
  )
  .refine((body) => body.funding !== 'client' || body.mandateId === undefined, {
    message: 'a mandate approves what the escrow pays',
    path: ['mandateId'],
  });

export type CreateBody = z.output<typeof createBodySchema>;
