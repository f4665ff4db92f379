import { expect, it } from '@jest/globals';
import { comparePositions } from '../../../src/kernel/event.js';
import { LIMITS } from '../../../src/kernel/limits.js';
import type { EventFilter, EventStore } from '../../../src/ports/event-store.js';
import { Follower, freshCategory, newEvent, newEvents, notes } from './harness.js';

/** no store looks more often by itself; ten appends would be waited for ten times so long */
const POLL_MS = 5_000;

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export function subscribing(store: () => EventStore, open: () => Promise<EventStore>): void {
  async function following(
    filter: EventFilter,
    test: (follower: Follower) => Promise<unknown>,
    after?: Awaited<ReturnType<EventStore['head']>>,
  ): Promise<void> {
    const follower = new Follower(store().subscribe({ filter, ...(after === undefined ? {} : { after }) }));
    try {
      await test(follower);
    } finally {
      await follower.subscription.stop();
    }
  }

  it('hands over what stood before it and what comes later, in order, once each', async () => {
    const category = freshCategory();
    await store().append(`${category}-1`, [newEvent('Happened', 0), newEvent('Happened', 1)], 'none');
    await following({ categories: [category] }, async (follower) => {
      await follower.untilEvents(2);
      await store().append(`${category}-2`, [newEvent('Happened', 2)], 'none');
      await store().append(`${category}-1`, [newEvent('Happened', 3)], 1);
      expect(notes(await follower.untilEvents(4))).toEqual([0, 1, 2, 3]);
    });
  });

  it('starts after the position it is given', async () => {
    const category = freshCategory();
    const { position } = await store().append(`${category}-1`, newEvents(3), 'none');
    await store().append(`${category}-1`, [newEvent('Happened', 'later')], 2);
    await following(
      { categories: [category] },
      async (follower) => expect(notes(await follower.untilEvents(1))).toEqual(['later']),
      position,
    );
  });

  it('says that it caught up, also when there was nothing to hand over', async () => {
    const head = await store().head();
    await following(
      { categories: [freshCategory()] },
      async (follower) => {
        await follower.untilCaughtUp();
        expect(follower.events).toEqual([]);
      },
      head,
    );
  });

  it('does not say that it caught up before it has handed over what stood before it', async () => {
    const category = freshCategory();
    const after = await store().head();
    for (let i = 0; i < 4; i++) await store().append(`${category}-1`, newEvents(400), 'any');
    await following(
      { categories: [category] },
      async (follower) => {
        await follower.untilCaughtUp();
        expect(follower.events).toHaveLength(1_600);
        for (const batch of follower.batches)
          expect(batch.events.length).toBeLessThanOrEqual(LIMITS.tailBatch);
      },
      after,
    );
  });

  it('filters by type and by category together', async () => {
    const [a, b] = [freshCategory(), freshCategory()];
    await following(
      { categories: [a], types: ['Wanted'] },
      async (follower) => {
        await follower.untilCaughtUp();
        await store().append(
          `${a}-1`,
          [newEvent('Wanted', 0), newEvent('Other'), newEvent('Wanted', 1)],
          'none',
        );
        await store().append(`${b}-1`, [newEvent('Wanted', 'of another category')], 'none');
        await store().append(`${a}-2`, [newEvent('Wanted', 2)], 'none');
        expect(notes(await follower.untilEvents(3))).toEqual([0, 1, 2]);
      },
      await store().head(),
    );
  });

  it('moves its position past events that the filter leaves out', async () => {
    const [a, b] = [freshCategory(), freshCategory()];
    await following(
      { categories: [a] },
      async (follower) => {
        await follower.untilCaughtUp();
        const { position } = await store().append(`${b}-1`, newEvents(3), 'none');
        await follower.until(() => comparePositions(follower.position!, position) >= 0);
        expect(follower.events).toEqual([]);
      },
      await store().head(),
    );
  });

  it('has in every batch a position that covers its events and never goes back', async () => {
    const category = freshCategory();
    await following(
      { categories: [category] },
      async (follower) => {
        for (let i = 0; i < 20; i++) await store().append(`${category}-${i % 3}`, newEvents(2), 'any');
        await follower.untilEvents(40);
        let last = '' as (typeof follower.batches)[0]['position'];
        for (const batch of follower.batches) {
          expect(comparePositions(last, batch.position)).toBeLessThanOrEqual(0);
          for (const event of batch.events)
            expect(comparePositions(event.position, batch.position)).toBeLessThanOrEqual(0);
          last = batch.position;
        }
      },
      await store().head(),
    );
  });

  it('is resumed from the last batch without a gap or a duplicate, whatever happened meanwhile', async () => {
    const category = freshCategory();
    const seen: unknown[] = [];
    let after = await store().head();
    for (let round = 0; round < 4; round++) {
      await store().append(`${category}-1`, [newEvent('Happened', 2 * round)], 'any');
      await following(
        { categories: [category] },
        async (follower) => {
          await follower.untilEvents(1);
          seen.push(...notes(follower.events));
          after = follower.position!;
        },
        after,
      );
      await store().append(`${category}-1`, [newEvent('Happened', 2 * round + 1)], 'any');
    }
    await following(
      { categories: [category] },
      async (follower) => seen.push(...notes(await follower.untilEvents(8 - seen.length))),
      after,
    );
    expect(seen).toEqual(numbers(8));
  });

  it('misses nothing and repeats nothing while many writers append', async () => {
    const category = freshCategory();
    await following(
      { categories: [category] },
      async (follower) => {
        const writing = Promise.all(
          numbers(300).map((i) => store().append(`${category}-${i % 50}`, newEvents(2), 'any')),
        );
        const events = await follower.untilEvents(600);
        await writing;
        expect(new Set(events.map((event) => event.id)).size).toBe(600);
        const next = new Map<string, number>();
        for (const event of events) {
          expect(event.revision).toBe(next.get(event.stream) ?? 0);
          next.set(event.stream, event.revision + 1);
        }
      },
      await store().head(),
    );
  });

  it('gives several subscribers the same events in the same order', async () => {
    const category = freshCategory();
    const after = await store().head();
    const followers = numbers(4).map(
      () => new Follower(store().subscribe({ after, filter: { categories: [category] } })),
    );
    await Promise.all(numbers(40).map((i) => store().append(`${category}-${i}`, newEvents(1), 'none')));
    const seen = await Promise.all(followers.map((follower) => follower.untilEvents(40)));
    for (const events of seen) expect(events).toEqual(seen[0]);
    await Promise.all(followers.map((follower) => follower.subscription.stop()));
  });

  it('is pushed to: an append arrives well before any poll would find it', async () => {
    const category = freshCategory();
    await following(
      { categories: [category] },
      async (follower) => {
        await follower.untilCaughtUp();
        const started = performance.now();
        for (let i = 1; i <= 10; i++) {
          await store().append(`${category}-1`, newEvents(1), 'any');
          await follower.untilEvents(i);
        }
        expect(performance.now() - started).toBeLessThan(5 * POLL_MS);
      },
      await store().head(),
    );
  });

  it('ends when it is stopped, also while it waits', async () => {
    const follower = new Follower(store().subscribe({ after: await store().head() }));
    await follower.untilCaughtUp();
    const ended = follower.ended();
    await follower.subscription.stop();
    expect(await ended).toBe(true);
  });

  it('ends when its store is closed', async () => {
    const own = await open();
    const follower = new Follower(own.subscribe({ after: await own.head() }));
    await follower.untilCaughtUp();
    const ended = follower.ended();
    await own.close();
    expect(await ended).toBe(true);
  });
}
