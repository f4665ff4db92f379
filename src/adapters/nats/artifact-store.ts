import { createHash } from 'node:crypto';
import { type ObjectStore, Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ArtifactStore } from '../../ports/artifacts.js';
import { artifactNotFound, requireIntact } from '../artifact-address.js';
import { isMissing } from './streams.js';

/** A JetStream object store bucket. The name of an object is the SHA-256 of its bytes. */
export class NatsArtifactStore implements ArtifactStore {
  private bucket: Promise<ObjectStore>;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly name: string,
  ) {
    this.bucket = this.make();
  }

  static async open(connection: NatsConnection, bucket = 'artifacts'): Promise<NatsArtifactStore> {
    const store = new NatsArtifactStore(connection, bucket);
    await store.bucket;
    return store;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const address = createHash('sha256').update(bytes).digest('hex');
    if (!(await this.has(address))) await this.mending((bucket) => bucket.putBlob({ name: address }, bytes));
    return address;
  }

  async get(sha256: string): Promise<Uint8Array> {
    const bytes = await this.mending((bucket) => readObject(bucket, sha256));
    if (!bytes) throw artifactNotFound(sha256);
    return requireIntact(sha256, bytes);
  }

  async has(sha256: string): Promise<boolean> {
    const info = await this.mending((bucket) => bucket.info(sha256));
    return info !== null && !info.deleted;
  }

  async delete(sha256: string): Promise<void> {
    if (await this.has(sha256)) await this.mending((bucket) => bucket.delete(sha256));
  }

  private make(): Promise<ObjectStore> {
    return new Objm(this.connection).create(this.name);
  }

  private async mending<T>(call: (bucket: ObjectStore) => Promise<T>): Promise<T> {
    try {
      return await call(await this.bucket);
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.bucket = this.make();
      return call(await this.bucket);
    }
  }
}

/** A chunk that is gone or damaged makes the library refuse its own digest, at the end of the stream. */
async function readObject(bucket: ObjectStore, name: string): Promise<Uint8Array | undefined> {
  const found = await bucket.get(name);
  if (!found) return undefined;
  const chunks: Uint8Array[] = [];
  try {
    const reader = found.data.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
  } catch (error) {
    if (!(error instanceof Error) || !/corrupt/.test(error.message)) throw error;
  }
  return Buffer.concat(chunks);
}
