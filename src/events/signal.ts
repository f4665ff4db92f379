/** What somebody outside tells a run while it goes on. Part of the workflow's stream. */
import { contentSchema } from '../kernel/sealed.js';
import { defineEvent, field } from './define.js';
import { signalName } from './plan.js';
import { sampleContent, sampleTime } from './samples.js';

/** It is kept until a step that waits for its name takes it. */
export const SignalReceived = defineEvent(
  'SignalReceived',
  1,
  {
    runNo: field.count,
    /** of its sender: the same signal sent twice is one */
    signalId: field.id,
    name: signalName,
    payload: contentSchema,
    by: field.id,
    receivedAt: field.time,
  },
  {
    runNo: 1,
    signalId: 'sig_01',
    name: 'approved',
    payload: sampleContent,
    by: 'user_01',
    receivedAt: sampleTime,
  },
);

/** A step that waited for a signal has one, and goes on with it; nobody else will get that one. */
export const StepSignalled = defineEvent(
  'StepSignalled',
  1,
  { runNo: field.count, stepId: field.id, attempt: field.count, signalId: field.id },
  { runNo: 1, stepId: 'step_1', attempt: 1, signalId: 'sig_01' },
);

export const signalEvents = [SignalReceived, StepSignalled] as const;
