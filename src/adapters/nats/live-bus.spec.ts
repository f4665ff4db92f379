import { describe, expect, it } from '@jest/globals';
import { freshNats } from '../../../test/kit/nats.js';
import type { LiveTopic } from '../../ports/live.js';
import { NatsLiveBus } from './live-bus.js';

describe('the NATS live bus', () => {
  it.each(['progress.>', 'progress.*', 'progress.', 'progress.a b', 'progress.a\r\nPUB x'])(
    'refuses the topic %j, which would mean others too',
    async (topic) => {
      const { connection, prefix, close } = await freshNats();
      const bus = new NatsLiveBus(connection, prefix);
      const refusal = expect.objectContaining({ code: 'INVALID_TOPIC' });
      expect(() => bus.subscribe(topic as LiveTopic, () => undefined)).toThrow(refusal);
      expect(() => bus.publish(topic as LiveTopic, {})).toThrow(refusal);
      await close();
    },
  );

  it('is silent once its connection is closed: loss is harmless', async () => {
    const { connection, prefix, close } = await freshNats();
    await close();
    expect(() => new NatsLiveBus(connection, prefix).publish('progress.wf_1', {})).not.toThrow();
  });
});
