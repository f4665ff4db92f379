/** What becomes of a plan that a mandate might approve without its owner (domain.md 5, T02 and T07). */
import { z } from 'zod';
import { defineEvent, field } from './define.js';
import { sampleTime } from './samples.js';

/** The owner is asked as always; nothing was held. */
export const AutoApprovalDeclined = defineEvent(
  'AutoApprovalDeclined',
  1,
  {
    runNo: field.count,
    requestId: field.id,
    mandateId: field.id,
    code: field.code,
    message: field.sentence,
    /** where it is a matter of money: what there is for it, and what the plan may cost */
    limit: field.micros.optional(),
    asked: field.micros.optional(),
    declinedAt: field.time,
  },
  {
    runNo: 1,
    requestId: 'apr_1',
    mandateId: 'mdt_01',
    code: 'MANDATE_LIMIT',
    message: 'The plan may cost 2.00 USDC, and the mandate allows 1.00 USDC for one.',
    limit: '1000000',
    asked: '2000000',
    declinedAt: sampleTime,
  },
);

/** What a run that is settled has spent under the mandate its workflow names. */
export const MandateShareSettled = defineEvent(
  'MandateShareSettled',
  1,
  {
    runNo: field.count,
    mandateId: field.id,
    userId: field.id,
    spent: field.micros,
    /** false: signed payments of the run may still land */
    isFinal: z.boolean(),
  },
  { runNo: 1, mandateId: 'mdt_01', userId: 'user_01', spent: '20000', isFinal: true },
);
