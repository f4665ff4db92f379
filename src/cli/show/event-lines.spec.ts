import { describe, expect, it } from '@jest/globals';
import { auditEvent } from '../api/views.js';
import { eventLines, summaryOf } from './event-lines.js';

describe('the line of an event', () => {
  it.each([
    [{ stepId: 'step_1', attempt: 1 }, 'step_1'],
    [{ stepId: 'step_1', attempt: 2 }, 'step_1 · attempt 2'],
    [
      { stepId: 'step_1', error: { code: 'SERVICE_ERROR', message: 'Answered 503.' } },
      'step_1 · Answered 503. (SERVICE_ERROR)',
    ],
    [{ code: 'NO_SERVICE', message: 'Nobody translates.' }, 'Nobody translates. (NO_SERVICE)'],
    [{ outcome: 'completed', totalCost: '48000' }, 'completed · total 0.048 USDC'],
    [{ stepId: 'step_1', attempt: 1, signal: 'go' }, 'step_1 · for signal go'],
    [{ name: 'go', signalId: 'mine' }, 'signal go · mine'],
    [
      { stepId: 'step_1', attempt: 1, childId: 'wf_02', outcome: 'failed' },
      'step_1 · workflow wf_02 · failed',
    ],
    [{ totalCost: '0' }, ''],
    [{}, ''],
  ])('of %j says %s', (data, text) => expect(summaryOf({ data })).toBe(text));

  it('shows nothing of what is sealed in it', () => {
    const request = { alg: 'A256GCM', owner: 'user_1', iv: 'SECRETIV', data: 'SECRETDATA' };
    const event = auditEvent.parse({
      revision: 0,
      type: 'WorkflowCreated',
      actor: { type: 'user', id: 'user_1' },
      occurredAt: '2026-01-01T00:00:00.000Z',
      data: { request, secret: request },
    });
    expect(eventLines([event]).join('\n')).not.toContain('SECRET');
  });
});
