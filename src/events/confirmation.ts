/** How a person is asked before a step of a plan that nobody looked at does something (domain.md 5, T42 and T43). */
import { z } from 'zod';
import { defineEvent, field } from './define.js';
import { sampleTime } from './samples.js';

export const StepConfirmationRequested = defineEvent(
  'StepConfirmationRequested',
  1,
  { runNo: field.count, stepId: field.id, requestedAt: field.time, expiresAt: field.time },
  { runNo: 1, stepId: 'step_1', requestedAt: sampleTime, expiresAt: sampleTime },
);

export const StepConfirmed = defineEvent(
  'StepConfirmed',
  1,
  { runNo: field.count, stepId: field.id, by: field.id, confirmedAt: field.time },
  { runNo: 1, stepId: 'step_1', by: 'user_01', confirmedAt: sampleTime },
);

export const StepConfirmationDeclined = defineEvent(
  'StepConfirmationDeclined',
  1,
  {
    runNo: field.count,
    stepId: field.id,
    reason: z.enum(['declined', 'expired']),
    /** absent when nobody answered in time */
    by: field.id.optional(),
    declinedAt: field.time,
  },
  { runNo: 1, stepId: 'step_1', reason: 'declined', by: 'user_01', declinedAt: sampleTime },
);

export const confirmationEvents = [
  StepConfirmationRequested,
  StepConfirmed,
  StepConfirmationDeclined,
] as const;
