import { describe, expect, it } from '@jest/globals';
import type { NewEvent } from '../kernel/event.js';
import { assertAppend } from './expected-revision.js';

const event = (id: string) => ({ id, event: { type: 'Happened', v: 1 } }) as NewEvent;
const many = (count: number) => Array.from({ length: count }, (_, n) => event(`id-${n}`));

describe('an append', () => {
  it.each([1, 2, 40, 41, 500])('of %i events with an id each is one', (count) => {
    expect(() => assertAppend('workflow-wf_1', many(count), 'none')).not.toThrow();
  });

  it.each([2, 40, 41, 500])('of %i events, the last with the id of the first, is a mistake', (count) => {
    const events = [...many(count - 1), event('id-0')];
    expect(() => assertAppend('workflow-wf_1', events, 'none')).toThrow('carries one event id twice');
  });

  it('needs a stream, events and a revision that there are', () => {
    expect(() => assertAppend('Workflow', many(1), 'none')).toThrow('not a stream name');
    expect(() => assertAppend('workflow-wf_1', [], 'any')).toThrow('an append of no events');
    for (const revision of [-1, 0.5, Number.NaN])
      expect(() => assertAppend('workflow-wf_1', many(1), revision)).toThrow('not a revision');
  });
});
