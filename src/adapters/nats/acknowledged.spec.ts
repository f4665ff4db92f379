import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { type FreshNats, freshNats } from '../../../test/kit/nats.js';
import { Acknowledged } from './acknowledged.js';

describe('what is published and acknowledged', () => {
  let nats: FreshNats;
  let publisher: Acknowledged;
  const subject = () => `${nats.prefix}.a`;

  beforeEach(async () => {
    nats = await freshNats();
    publisher = Acknowledged.on(nats.connection);
    const { streams } = await jetstreamManager(nats.connection);
    await streams.add({ name: `${nats.prefix}_A`, subjects: [subject()] });
  });
  afterEach(() => nats.close());

  it('has the place it got in the stream, each its own', async () => {
    const acks = await Promise.all(
      Array.from({ length: 100 }, (_, n) => publisher.publish(subject(), `${n}`, {})),
    );
    expect(acks.map(({ seq }) => seq)).toEqual(acks.map((_, n) => n + 1));
    expect(acks.every(({ stream, duplicate }) => stream === `${nats.prefix}_A` && !duplicate)).toBe(true);
  });

  it('is known again by its id', async () => {
    const first = await publisher.publish(subject(), 'x', { msgID: 'one' });
    const second = await publisher.publish(subject(), 'x', { msgID: 'one' });
    expect(second).toEqual({ ...first, duplicate: true });
  });

  it.each([
    ['id', { lastMsgID: 'another' }],
    ['sequence', { lastSequence: 7 }],
    ['sequence of its subject', { lastSubjectSequence: 7 }],
  ])('is refused where the one before it has another %s', async (_what, expected) => {
    await publisher.publish(subject(), 'x', { msgID: 'one' });
    await expect(publisher.publish(subject(), 'y', { expect: expected })).rejects.toBeInstanceOf(
      JetStreamApiError,
    );
  });

  it('is refused at once where no stream takes it', () =>
    expect(publisher.publish(`${nats.prefix}.nobody`, 'x', {})).rejects.toBeInstanceOf(
      errors.NoRespondersError,
    ));

  it('is waited for no longer once the connection is closed, and refused after that', async () => {
    const own = await freshNats();
    const its = Acknowledged.on(own.connection);
    // somebody takes it and never answers
    own.connection.subscribe(`${own.prefix}.silent`, { callback: () => {} });
    const waiting = expect(its.publish(`${own.prefix}.silent`, 'x', {})).rejects.toThrow();
    await own.close();
    await waiting;
    await expect(its.publish(`${own.prefix}.silent`, 'x', {})).rejects.toThrow();
  });

  it('goes by one inbox a connection', () => {
    expect(Acknowledged.on(nats.connection)).toBe(publisher);
  });
});
