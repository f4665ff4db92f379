import { expect } from '@jest/globals';
import { assertStorable } from '../../src/events/catalogue.js';
import type { Decider } from '../../src/kernel/decider.js';
import { isRefusal } from '../../src/kernel/errors.js';
import type { DomainEvent } from '../../src/kernel/event.js';

/**
 * Carries out commands one after another as the runtime would, refused ones left out, and asks of every accepted
 * one what holds for all deciders: its events are storable, and its immediate repeat yields none.
 */
export function carryOut<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  commands: Iterable<Command>,
  afterEach: (state: State, history: readonly Event[]) => void = () => {},
): readonly Event[] {
  const history: Event[] = [];
  let state = decider.initial;
  for (const command of commands) {
    const decided = decideUnlessRefused(decider, command, state);
    if (!decided) continue;
    decided.forEach(assertStorable);
    for (const event of decided) state = decider.evolve(state, event);
    history.push(...decided);
    expect(decider.decide(command, state)).toEqual([]);
    afterEach(state, history);
  }
  return history;
}

function decideUnlessRefused<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  command: Command,
  state: State,
): readonly Event[] | undefined {
  try {
    return decider.decide(command, state);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
