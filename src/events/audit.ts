/** Commands that were refused: they change no aggregate, yet nothing goes unrecorded. One stream a day. */
import { z } from 'zod';
import { defineEvent, type EventOf, field } from './define.js';

export const CommandRejected = defineEvent(
  'CommandRejected',
  1,
  {
    category: z.string().max(40),
    aggregateId: field.id,
    command: z.string().max(60),
    code: field.code,
    message: field.sentence,
  },
  {
    category: 'workflow',
    aggregateId: 'wf_01',
    command: 'Approve',
    code: 'WRONG_STATE',
    message: 'It is completed.',
  },
);

export const auditEvents = [CommandRejected] as const;
export type AuditEvent = EventOf<(typeof auditEvents)[number]>;
