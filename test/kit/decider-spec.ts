import { expect } from '@jest/globals';
import { assertStorable } from '../../src/events/catalogue.js';
import { type Decider, fold } from '../../src/kernel/decider.js';
import { Refusal } from '../../src/kernel/errors.js';
import type { DomainEvent } from '../../src/kernel/event.js';

/**
 * Reads as `given(decider, history).when(command).then(events)`. Whatever is decided must also be storable, and
 * the same command delivered a second time must yield nothing: both hold for every decider, so every spec asks.
 */
export const given = <State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  history: readonly Event[],
) => ({
  when: (command: Command) => {
    const state = fold(decider, history);
    const decide = () => decider.decide(command, state);
    return {
      // biome-ignore lint/suspicious/noThenProperty: the third word of a Given/When/Then; nobody awaits it
      then: (events: readonly Event[]): void => {
        const decided = decide();
        expect(decided).toEqual(events);
        decided.forEach(assertStorable);
        expect(decider.decide(command, fold(decider, decided, state))).toEqual([]);
      },
      thenNothing: (): void => {
        expect(decide()).toEqual([]);
      },
      /** @param figures compared exactly when given */
      refuses: (code: string, figures?: Refusal['figures']): void => {
        const refusal = refusalOf(decide);
        expect(refusal.code).toBe(code);
        expect(refusal.message).toMatch(/^[A-Z].*[.?]$/s);
        if (figures) expect(refusal.figures).toEqual(figures);
      },
    };
  },
});

function refusalOf(decide: () => readonly DomainEvent[]): Refusal {
  try {
    const events = decide();
    throw new Error(`not refused, but decided: ${JSON.stringify(events)}`);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
