import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jsonEvent, KurrentDBClient } from '@kurrent/kurrentdb-client';
import { all, Follower, newEvent, newEvents, notes } from '../../../test/contracts/event-store/harness.js';
import { type CuttableRelay, cuttableRelay } from '../../../test/kit/cuttable-relay.js';
import {
  type EventStoreStandin,
  startEventStoreStandin,
} from '../../../test/kit/eventstoredb-standin/standin.js';
import { EventStoreDbEventStore } from './event-store.js';

/** On the stand-in: what a real server can hardly be asked to do in a test. */
describe('the event store on EventStoreDB', () => {
  let standin: EventStoreStandin;
  let relay: CuttableRelay;
  let store: EventStoreDbEventStore;

  beforeEach(async () => {
    standin = await startEventStoreStandin();
    relay = await cuttableRelay(standin.url);
    store = new EventStoreDbEventStore(relay.url);
  });

  afterEach(async () => {
    await store.close();
    await relay.close();
    await standin.stop();
  });

  it('says of an empty store that it stands before the first event', async () => {
    const head = await store.head();
    await store.append('a-1', newEvents(2), 'none');
    expect(await all(store.readAll({ after: head }))).toHaveLength(2);
  });

  it('follows without a gap or a duplicate although the server ends its subscriptions', async () => {
    const follower = new Follower(store.subscribe());
    for (let round = 0; round < 3; round++) {
      await store.append('a-1', [newEvent('Happened', 2 * round)], 'any');
      await follower.untilEvents(2 * round + 1);
      standin.endSubscriptions();
      await store.append('a-1', [newEvent('Happened', 2 * round + 1)], 'any');
      await follower.untilEvents(2 * round + 2);
    }
    expect(notes(follower.events)).toEqual([0, 1, 2, 3, 4, 5]);
    await follower.subscription.stop();
  });

  it('appends once and goes on following although the network is cut', async () => {
    const follower = new Follower(store.subscribe());
    await store.append('a-1', [newEvent('Happened', 0)], 'none');
    await follower.untilEvents(1);
    relay.cut();
    const append = store.append('a-1', [newEvent('Happened', 1)], 0);
    await expect(all(store.read('a-1'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      kind: 'retryable',
    });
    relay.mend();
    expect(await append).toMatchObject({ revision: 1 });
    expect(notes(await follower.untilEvents(2))).toEqual([0, 1]);
    await follower.subscription.stop();
  });

  it('says that the outcome is unknown when the server does not come back', async () => {
    await store.append('a-1', newEvents(1), 'none');
    relay.cut();
    await expect(store.append('a-1', newEvents(1), 0)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      kind: 'unknown',
    });
  });

  it('leaves out what others wrote into the same server', async () => {
    const stranger = KurrentDBClient.connectionString(standin.url);
    await stranger.appendToStream('orders-1', jsonEvent({ type: 'OrderPlaced', data: { total: 7 } }));
    await store.append('a-1', [newEvent('Happened', 'ours')], 'none');
    expect(notes(await all(store.readAll()))).toEqual(['ours']);
    const follower = new Follower(store.subscribe());
    expect(notes(await follower.untilEvents(1))).toEqual(['ours']);
    await follower.subscription.stop();
    await stranger.dispose();
  });
});
