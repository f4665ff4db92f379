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

/** What an operator did outside every aggregate, written down before it is done. */
export const OperatorActed = defineEvent(
  'OperatorActed',
  1,
  {
    action: z.enum(['rerun-job', 'edit-job', 'drop-job']),
    /** what it was done to */
    target: field.id,
    job: z.string().max(300),
    /** names of what an edit changed */
    changed: z.array(z.string().max(60)).max(40),
  },
  { action: 'edit-job', target: 'dead_1', job: 'step/wf_01/1/step_1/1', changed: ['attempt'] },
);

/** An operator had a read model take a stream again that it leaves out; written down before it is done. */
export const ParkedStreamRetried = defineEvent(
  'ParkedStreamRetried',
  1,
  {
    model: z.string().min(1).max(60),
    stream: z.string().min(1).max(120),
    /** of the first event it did not take */
    revision: field.count,
  },
  { model: 'workflows', stream: 'workflow-wf_01', revision: 7 },
);

export const auditEvents = [CommandRejected, OperatorActed, ParkedStreamRetried] as const;
export type AuditEvent = EventOf<(typeof auditEvents)[number]>;
