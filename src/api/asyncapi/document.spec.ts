import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { byJsonSchema } from '../../../test/kit/by-json-schema.js';
import { DescribedMessages } from '../../../test/kit/described-messages.js';
import { eventDefinition, upcast } from '../../events/catalogue.js';
import { integrationEvents } from '../../events/integration.js';
import type { DomainEvent } from '../../kernel/event.js';
import { timelineMessages } from '../../projections/timeline/messages/index.js';
import { wireMessage } from '../../projections/timeline/queries.js';
import { type TimelineEvent, wireEvent, wireTypes } from '../../projections/timeline/wire.js';
import { passingMessages } from '../ws/messages.js';
import { asyncApiDocument } from './document.js';
import { integrationSummaries } from './integration-summaries.js';

const document = asyncApiDocument('0.0.0');
const described = new DescribedMessages(document);

/** As a client would get it. */
const told = (event: DomainEvent, seq = 1) => {
  const wire = wireEvent(event as TimelineEvent, 'subject_1');
  if (!wire) return undefined;
  const row = {
    ...wire,
    workflow_id: 'wf_01',
    seq,
    at: '2026-01-02T03:04:05.678Z',
    position: '0000000000000001',
  };
  return JSON.parse(JSON.stringify(wireMessage(row))) as ReturnType<typeof wireMessage>;
};

const golden = new URL('../../../test/golden/histories/', import.meta.url);
const stored = readdirSync(golden).flatMap(
  (name) => JSON.parse(readFileSync(new URL(name, golden), 'utf8')).events as DomainEvent[],
);

describe('the AsyncAPI document', () => {
  it('is valid by the published schema of AsyncAPI 3.0', () => {
    const published = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as object;
    // it brings the schema of draft 7 along
    const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
    const isValid = ajv.compile(published);
    expect([isValid(document), isValid.errors]).toEqual([true, null]);
    const { channels: _, ...without } = structuredClone(document) as Record<string, unknown>;
    expect(isValid({ ...without, channels: [] })).toBe(false);
  });

  it('points at nothing that is not there', () => {
    const pointers = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
    const at = (path: string) =>
      path.split('/').reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name], document);
    expect(pointers.length).toBeGreaterThan(200);
    expect(pointers.filter((path) => at(path) === undefined)).toEqual([]);
  });

  it('describes what a stream tells and what is relayed, all of it and nothing else', () => {
    const samples = wireTypes.map((type) => eventDefinition(type)!.sample as DomainEvent);
    const types = new Set(samples.flatMap((sample) => told(sample)?.type ?? []));
    expect(timelineMessages.map(({ type }) => type).sort()).toEqual([...types].sort());
    const all = [...types, ...passingMessages.map(({ type }) => type), ...integrationEvents];
    expect([...described.types].sort()).toEqual(all.sort());
  });

  it('says of every relayed event what it means', () =>
    expect(Object.keys(integrationSummaries).sort()).toEqual([...integrationEvents].sort()));
});

describe('what is put on the wire is as described', () => {
  it('by the golden histories', () => {
    const messages = stored.flatMap((event, index) => told(upcast(event), index + 1) ?? []);
    expect(new Set(messages.map(({ type }) => type)).size).toBe(timelineMessages.length);
    expect(messages.flatMap((message) => described.wrongIn(message))).toEqual([]);
  });

  it.each(wireTypes)('by any %s, whatever may be absent of it', (type) => {
    const events = byJsonSchema(z.toJSONSchema(eventDefinition(type)!.schema) as object);
    fc.assert(
      fc.property(events, (event) => {
        expect(described.wrongIn(told(event as DomainEvent)!)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('and a member that is not described, or one that is missing, would be found', () => {
    for (const type of wireTypes) {
      const message = told(eventDefinition(type)!.sample as DomainEvent)!;
      const added = { ...message, stranger: 1 };
      expect(described.wrongIn(added)).not.toEqual([]);
      const changed = { ...message, data: { ...message.data, stranger: 1 } };
      expect(described.wrongIn(changed)).not.toEqual([]);
      const { seq: _, ...rest } = message;
      expect(described.wrongIn(rest)).not.toEqual([]);
    }
    expect(described.wrongIn({ type: 'workflow.enchanted' })).toEqual([
      'workflow.enchanted is not described',
    ]);
  });
});

describe('a house that is listened to', () => {
  let house: House;
  let alice: Client;
  let isClosed = false;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    await house.fund(alice.userId, 10_000_000n);
  });
  afterAll(async () => {
    if (!isClosed) await house.close();
  });

  interface Channel {
    readonly address: string;
    readonly bindings: { readonly ws: { readonly query: object } };
    readonly 'x-subprotocols': readonly string[];
    readonly 'x-close-codes': readonly { readonly code: number; readonly reason: string }[];
  }
  const channel = (document as { channels: { workflowStream: Channel } }).channels.workflowStream;

  const proposed = async (): Promise<string> => {
    const { body } = await alice.post('/workflows/create', { input: 'a request in plain words' });
    await house.propose(body.workflow.id, alice.userId);
    return body.workflow.id;
  };
  const listen = (id: string, query: string) => {
    const address = channel.address.replace('{workflowId}', id);
    const url = `${house.url.replace('http', 'ws')}${address}?${query}`;
    const socket = new WebSocket(url, [...channel['x-subprotocols']]);
    const heard: { readonly type: string }[] = [];
    const opened = new Promise((resolve) => socket.once('message', resolve));
    socket.on('message', (text) => heard.push(JSON.parse(String(text))));
    const closed = new Promise<object>((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
    return { socket, heard, opened, closed };
  };

  it('serves the document', async () => {
    const { status, body } = await alice.get('/docs/asyncapi.json');
    expect([status, body]).toEqual([200, JSON.parse(JSON.stringify(document))]);
  });

  it('tells a whole run as described, and ends as described', async () => {
    const id = await proposed();
    const query = new URLSearchParams({ from: '1', until: 'closed', access_token: alice.secret ?? '' });
    const takes = new Ajv({ strict: false }).compile(channel.bindings.ws.query);
    expect(takes({ from: 1, until: 'closed', access_token: 'x' })).toBe(true);
    expect([takes({ since: 1 }), takes({ until: 'dawn' }), takes({ from: 0 })]).toEqual([
      false,
      false,
      false,
    ]);
    const { socket, heard, opened, closed } = listen(id, `${query}`);
    await opened;
    house.live.publish(`progress.${id}`, { type: 'step.progress', stepId: 'step_1', done: 0.5 });
    await alice.post(`/workflows/${id}/approve`);
    await house.execute(id, alice.userId, 'done');
    expect(channel['x-close-codes']).toContainEqual(await closed);
    expect(socket.protocol).toBe(channel['x-subprotocols'][0]);
    expect(heard.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['connected', 'step.progress', 'step.completed', 'workflow.closed']),
    );
    expect(heard.flatMap((message) => described.wrongIn(message))).toEqual([]);
    const { body } = await alice.get(`/workflows/${id}/events`);
    expect(heard.filter((message) => 'seq' in message)).toEqual(body.events);
  });

  it('says goodbye as described when it stops', async () => {
    const { opened, closed } = listen(await proposed(), `access_token=${alice.secret}`);
    await opened;
    await house.close();
    isClosed = true;
    expect(channel['x-close-codes']).toContainEqual(await closed);
  });
});
