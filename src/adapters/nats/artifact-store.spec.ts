import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { type FreshNats, freshNats } from '../../../test/kit/nats.js';
import { NatsArtifactStore } from './artifact-store.js';

describe('the NATS artifact store', () => {
  let nats: FreshNats;
  let store: NatsArtifactStore;

  beforeEach(async () => {
    nats = await freshNats();
    store = await NatsArtifactStore.open(nats.connection, nats.prefix);
  });
  afterEach(() => nats.close());

  it('refuses bytes that are not those of their address', async () => {
    const address = createHash('sha256').update('the truth').digest('hex');
    const bucket = await new Objm(nats.connection).open(nats.prefix);
    await bucket.putBlob({ name: address }, Buffer.from('something else'));
    await expect(store.get(address)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      figures: { sha256: address },
    });
  });

  it('refuses an artifact of which a chunk is gone', async () => {
    const address = await store.put(Buffer.alloc(300_000, 7));
    const { streams } = await jetstreamManager(nats.connection);
    await streams.deleteMessage(`OBJ_${nats.prefix}`, 2);
    await expect(store.get(address)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it('goes on with an empty bucket when its own has vanished', async () => {
    const bytes = Buffer.from('made again');
    const address = await store.put(bytes);
    const { streams } = await jetstreamManager(nats.connection);
    await streams.delete(`OBJ_${nats.prefix}`);
    await expect(store.get(address)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.put(bytes)).toBe(address);
    expect(Buffer.from(await store.get(address))).toEqual(bytes);
  });
});
