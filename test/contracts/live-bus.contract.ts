import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LiveBus } from '../../src/ports/live.js';
import { Seen } from '../kit/gate.js';

export interface LiveBusUnderTest {
  readonly bus: LiveBus;
  close(): Promise<void>;
}

export function liveBusContract(name: string, open: () => Promise<LiveBusUnderTest>): void {
  describe(`the live bus of ${name}`, () => {
    let under: LiveBusUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    it('tells every listener of a topic, in order', async () => {
      const [one, other] = [new Seen<unknown>(), new Seen<unknown>()];
      under.bus.subscribe('progress.wf_1', (message) => one.add(message));
      under.bus.subscribe('progress.wf_1', (message) => other.add(message));
      under.bus.publish('progress.wf_1', { percent: 1 });
      under.bus.publish('progress.wf_1', { percent: 2 });
      expect(await one.count(2)).toEqual([{ percent: 1 }, { percent: 2 }]);
      expect(await other.count(2)).toEqual([{ percent: 1 }, { percent: 2 }]);
    });

    it('tells nothing of other topics, nor after the listener has gone', async () => {
      const [gone, staying] = [new Seen<unknown>(), new Seen<unknown>()];
      const end = under.bus.subscribe('timeline.wf_1', (message) => gone.add(message));
      under.bus.subscribe('timeline.wf_1', (message) => staying.add(message));
      under.bus.publish('timeline.wf_2', 'of another workflow');
      under.bus.publish('timeline.wf_1', 'first');
      await staying.count(1);
      end();
      under.bus.publish('timeline.wf_1', 'second');
      expect(await staying.count(2)).toEqual(['first', 'second']);
      expect(gone.all).toEqual(['first']);
    });
  });
}
