import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { assertStorable, eventCatalogue, upcast } from '../../src/events/catalogue.js';
import type { EventDefinition } from '../../src/events/define.js';
import type { DomainEvent } from '../../src/kernel/event.js';
import { mayWrite, readGolden, writeGolden } from './golden-file.js';

const FILE = new URL('./events.json', import.meta.url);
const definitions: readonly EventDefinition[] = Object.values(eventCatalogue).flat();

interface Stored {
  readonly sample: DomainEvent;
  readonly schema: unknown;
}

const keyOf = (event: { type: string; v: number }): string => `${event.type}@${event.v}`;
const current = new Map(
  definitions.map((d): [string, Stored] => [
    keyOf(d),
    { sample: d.sample as DomainEvent, schema: z.toJSONSchema(d.schema) },
  ]),
);

const golden = readGolden<Record<string, Stored>>(FILE);
if (mayWrite) {
  for (const [key, stored] of current) golden[key] ??= stored;
  writeGolden(FILE, Object.fromEntries(Object.entries(golden).sort(([a], [b]) => (a < b ? -1 : 1))));
}

describe('the catalogue of events', () => {
  it('has every type once', () => {
    const types = definitions.map(({ type }) => type);
    expect(types.filter((type, i) => types.indexOf(type) !== i)).toEqual([]);
  });

  it('has nothing that is not on record: after adding an event or a version run `GOLDEN=write npm test`', () =>
    expect([...current.keys()].filter((key) => !golden[key])).toEqual([]));
});

describe.each(definitions.map((d) => [keyOf(d), d] as const))('%s', (key, definition) => {
  it('has a sample that may be stored and survives it unchanged', () => {
    const sample = definition.sample as DomainEvent;
    expect(() => assertStorable(sample)).not.toThrow();
    expect(definition.schema.parse(JSON.parse(JSON.stringify(sample)))).toEqual(sample);
  });

  it('refuses a field it does not know', () =>
    expect(() =>
      assertStorable({ ...(definition.sample as DomainEvent), stranger: 1 } as DomainEvent),
    ).toThrow(/stranger/));

  it('is stored as it always was: another shape is another version with an upcaster', () =>
    expect(JSON.parse(JSON.stringify(current.get(key)))).toEqual(golden[key]));
});

describe.each(Object.entries(golden))('%s as it was stored once', (_key, { sample }) => {
  it('can still be read', () => expect(() => assertStorable(upcast(sample))).not.toThrow());

  it('is of the same type still: subscriptions ask the store for types', () =>
    expect(upcast(sample).type).toBe(sample.type));
});

describe('an event this program does not know', () => {
  it.each([
    ['a newer version', { type: 'HoldPlaced', v: 99 }],
    ['an unknown type', { type: 'HoldEnchanted', v: 1 }],
  ])('is refused: %s', (_name, event) => {
    expect(() => upcast(event)).toThrow(/cannot read/);
    expect(() => assertStorable(event)).toThrow();
  });
});
