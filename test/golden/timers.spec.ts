import { describe, expect, it } from '@jest/globals';
import { eventCatalogue } from '../../src/events/catalogue.js';
import type { DomainEvent, Recorded } from '../../src/kernel/event.js';
import { sagas } from '../../src/sagas/all.js';
import { mayWrite, readGolden, writeGolden } from './golden-file.js';

const FILE = new URL('./timers.json', import.meta.url);

/** A sample event as a saga gets it. */
const recorded = (category: string, event: DomainEvent): Recorded => ({
  id: '00000000-0000-5000-8000-000000000000',
  event,
  stream: `${category}-wf_01`,
  revision: 0,
  position: '1' as Recorded['position'],
  metadata: {
    commandId: 'c',
    correlationId: 'wf_01',
    causationId: 'c',
    actor: { type: 'system', id: 'golden' },
    occurredAt: '2026-01-02T03:04:05.678Z',
  },
});

/** What the sagas have timers do, by saga, event and place in the reaction. */
const today = Object.fromEntries(
  Object.entries(eventCatalogue).flatMap(([category, definitions]) =>
    definitions.flatMap(({ type, v, sample }) =>
      sagas
        .filter(({ handles }) => handles.includes(type))
        .flatMap((saga) =>
          saga
            .react(recorded(category, sample as DomainEvent), undefined)
            .flatMap((reaction, index) =>
              reaction.do === 'timer'
                ? [[`${saga.name}/${type}@${v}/${index}`, reaction.action] as const]
                : [],
            ),
        ),
    ),
  ),
);

const golden = readGolden<Record<string, unknown>>(FILE);
if (mayWrite) {
  for (const [key, action] of Object.entries(today)) golden[key] ??= JSON.parse(JSON.stringify(action));
  writeGolden(FILE, golden);
}

describe('what a stored timer does', () => {
  it('is on record: after adding a timer run `GOLDEN=write npm test`', () =>
    expect(Object.keys(today).filter((key) => !golden[key])).toEqual([]));

  // a timer may have been set thirty days and two releases ago: its command is a storage format
  it.each(Object.entries(today))('is what it always was: %s', (key, action) =>
    expect(JSON.parse(JSON.stringify(action))).toEqual(golden[key]),
  );
});
