/** A step that does nothing until a time (domain.md 5, docs/adr/0007). Part of the workflow's stream. */
import { contentSchema } from '../kernel/sealed.js';
import { defineEvent, field } from './define.js';
import { signalName } from './plan.js';
import { sampleContent, sampleTime } from './samples.js';

export const StepWaitStarted = defineEvent(
  'StepWaitStarted',
  1,
  {
    runNo: field.count,
    stepId: field.id,
    attempt: field.count,
    /** in clear, for the timer that ends the wait */
    until: field.time,
    /** the name of the signal that ends it earlier */
    signal: signalName.optional(),
    /** the workflow whose end ends it earlier */
    child: field.id.optional(),
    /** what the step will have given when the wait is over: known now, so that a timer alone can end it */
    output: contentSchema,
    inputHash: field.fieldElement,
    outputHash: field.fieldElement,
    startedAt: field.time,
  },
  {
    runNo: 1,
    stepId: 'step_1',
    attempt: 1,
    until: '2026-02-01T03:04:05.678Z',
    output: sampleContent,
    inputHash: '11',
    outputHash: '22',
    startedAt: sampleTime,
  },
);
