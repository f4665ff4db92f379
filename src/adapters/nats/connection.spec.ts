import { describe, expect, it } from '@jest/globals';
import { testServerUrl } from '../../../test/kit/postgres.js';
import { connectNats, unfit } from './connection.js';

describe('the connection to NATS', () => {
  it('is made by URL, also to the first of several servers that answers', async () => {
    const connection = await connectNats(`nats://127.0.0.1:1,${testServerUrl('TEST_NATS_URL')}`);
    expect(connection.info?.jetstream).toBe(true);
    await connection.close();
  });

  it('is refused, retryably, where no server answers', async () => {
    await expect(connectNats('nats://127.0.0.1:1')).rejects.toMatchObject({
      code: 'NATS_UNREACHABLE',
      kind: 'retryable',
      figures: { hosts: ['127.0.0.1:1'] },
    });
  });

  it.each([
    ['2.12.0', undefined],
    ['2.14.0-RC.1', undefined],
    ['3.0.0', undefined],
    ['2.11.9', 'NATS_TOO_OLD'],
    ['1.99.0', 'NATS_TOO_OLD'],
  ])('with a server of version %s is refused as %s', (version, code) => {
    expect(unfit(version, true, {})?.code).toBe(code);
    expect(unfit(version, true, { development: true })).toBeUndefined();
  });

  it('with a server that keeps no streams is refused, in development too', () => {
    expect(unfit('2.14.0', false, { development: true })?.code).toBe('NATS_WITHOUT_JETSTREAM');
  });
});
