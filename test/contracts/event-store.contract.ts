import { afterAll, beforeAll, describe } from '@jest/globals';
import type { EventStore } from '../../src/ports/event-store.js';
import { appending } from './event-store/appending.js';
import type { EventStoreUnderTest } from './event-store/harness.js';
import { reading } from './event-store/reading.js';
import { subscribing } from './event-store/subscribing.js';

/** Every promise of the port (src/ports/event-store.ts), for any adapter, on data that others may have written. */
export function eventStoreContract(name: string, start: () => Promise<EventStoreUnderTest>): void {
  describe(`the event store ${name}`, () => {
    let underTest: EventStoreUnderTest;
    let store: EventStore;

    beforeAll(async () => {
      underTest = await start();
      store = await underTest.open();
    });

    afterAll(async () => {
      await store?.close();
      await underTest?.cleanUp();
    });

    describe('appending', () => appending(() => store));
    describe('reading', () => reading(() => store));
    describe('subscribing', () =>
      subscribing(
        () => store,
        () => underTest.open(),
      ));
  });
}
