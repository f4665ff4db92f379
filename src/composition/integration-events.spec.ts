import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import fc from 'fast-check';
import { z } from 'zod';
import { byJsonSchema } from '../../test/kit/by-json-schema.js';
import { DescribedMessages } from '../../test/kit/described-messages.js';
import { Seen } from '../../test/kit/gate.js';
import { type FreshNats, freshNats } from '../../test/kit/nats.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { NatsIntegrationEvents } from '../adapters/nats/integration-events.js';
import { asyncApiDocument } from '../api/asyncapi/document.js';
import { eventCatalogue } from '../events/catalogue.js';
import type { EventDefinition } from '../events/define.js';
import { integrationEvents } from '../events/integration.js';
import { type DomainEvent, eventId } from '../kernel/event.js';
import { type IntegrationEvents, Relay } from '../runtime/relay.js';

const silent = { info() {}, warn() {}, error() {} };
const SAMPLES_EACH = 4;

interface Channel {
  readonly address: string;
  readonly parameters?: { readonly type?: { readonly enum?: readonly string[] } };
}

describe('what other systems are told', () => {
  const document = asyncApiDocument('0.0.0') as { readonly channels: Readonly<Record<string, Channel>> };
  const described = new DescribedMessages(document);
  let nats: FreshNats;

  beforeEach(async () => {
    nats = await freshNats();
  });
  afterEach(() => nats.close());

  /** Subjects that the document names, as patterns with what a prefix would put before them. */
  const subjects = Object.values(document.channels).flatMap(({ address, parameters }) =>
    (parameters?.type?.enum ?? []).map((type) => address.replace('{type}', type)),
  );
  const isDescribed = (subject: string): boolean =>
    subjects.some((address) => {
      const [before, after] = address.split('{id}') as [string, string];
      const id = subject.slice(before.length, subject.length - after.length);
      return subject.startsWith(before) && subject.endsWith(after) && /^[^.*>\s]+$/.test(id);
    });

  /** Some events of every type there is, with and without what may be absent. */
  async function everything(): Promise<MemoryEventStore> {
    const store = new MemoryEventStore();
    for (const [category, definitions] of Object.entries(eventCatalogue))
      for (const { type, schema, sample } of definitions as readonly EventDefinition[]) {
        const made = integrationEvents.includes(type)
          ? fc.sample(byJsonSchema(z.toJSONSchema(schema) as object), SAMPLES_EACH)
          : [];
        const stream = `${category}-of.${type}`;
        const events = [sample, ...made].map((event, index) => ({
          id: eventId(stream, index),
          event: event as DomainEvent,
          metadata: {
            commandId: stream,
            correlationId: 'wf_01',
            causationId: stream,
            actor: { type: 'system', id: 'spec' },
            occurredAt: '2026-01-02T03:04:05.678Z',
            ...(index > 0 && { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
          } as const,
        }));
        await store.append(stream, events, 'none');
      }
    return store;
  }

  it('stands under the subjects, with the headers and in the form that the AsyncAPI document says', async () => {
    const store = await everything();
    const target = await NatsIntegrationEvents.open(nats.connection, { prefix: nats.prefix });
    const copied = new Seen<string>();
    const watched: IntegrationEvents = {
      publish: async (events) => {
        await target.publish(events);
        for (const { id } of events) copied.add(id);
      },
      lastPosition: () => target.lastPosition(),
    };
    const relay = new Relay(store, watched, silent, integrationEvents);
    const wanted = integrationEvents.length * (SAMPLES_EACH + 1);
    await relay.start();
    await copied.count(wanted);
    await relay.stop();

    const { streams } = await jetstreamManager(nats.connection);
    const name = `${nats.prefix}_EVENTS`;
    const types = new Set<string>();
    for (let seq = 1; seq <= wanted; seq++) {
      const message = (await streams.getMessage(name, { seq }))!;
      const told = message.json<{ id: string; position: string; event: { type: string } }>();
      const { type } = told.event;
      const headers = Object.fromEntries(message.header.keys().map((key) => [key, message.header.get(key)]));
      types.add(type);
      expect([type, described.wrong(type, told)]).toEqual([type, []]);
      expect([type, described.wrongHeaders(type, headers)]).toEqual([type, []]);
      expect(headers).toMatchObject({ 'Nats-Msg-Id': told.id, 'Quittance-Position': told.position });
      const subject = message.subject.slice(nats.prefix.length + 1);
      expect([subject, isDescribed(subject)]).toEqual([subject, true]);
      expect(described.wrong(type, { ...told, stranger: 1 })).not.toEqual([]);
      expect(described.wrong(type, { ...told, event: { ...told.event, stranger: 1 } })).not.toEqual([]);
    }
    expect([...types].sort()).toEqual([...integrationEvents].sort());
    const { config } = await streams.info(name);
    expect(config).toMatchObject({ max_age: 7 * 24 * 3_600e9, duplicate_window: 120e9 });
  });
});
