import { z } from 'zod';
import { eventCatalogue, eventDefinition } from '../../events/catalogue.js';
import { type EventDefinition, field } from '../../events/define.js';
import { integrationEvents } from '../../events/integration.js';
import { position } from '../../projections/timeline/messages/define.js';
import { type DescribedChannel, messageObject, messagesOf } from './channel.js';
import { integrationSummaries } from './integration-summaries.js';

const DESCRIPTION = `Events for other systems, on JetStream: stream \`EVENTS\`, subject \
\`evt.<category>.<id>.<Type>\`. Dots, wildcards and spaces in an id become \`_\`.

**Order.** The messages stand in the stream as their events stand in the event store, and none of them is left out.

**Duplicates.** \`Nats-Msg-Id\` is the event's id, and JetStream drops what it has seen within two minutes. Whoever takes a \
message takes it at least once, as with any queue: keep the ids, or the \`position\`, of what you have dealt with.

**Resumption.** A durable consumer of yours remembers its place. Messages are kept for seven days. The stream is a \
copy and may be wiped: it is filled again from the beginning, with the same ids and positions, when a relay starts.

**Versions.** Every event goes out in its present version (\`v\`), whenever it was stored. Content of users stands in \
events sealed with their own key, never in clear.

The schemas say what this version tells, strictly. A later one may add members and types: ignore what you do not know.`;

const metadata = z.strictObject({
  commandId: z.string().describe('the command the event answers'),
  correlationId: z.string().describe('the workflow, or whatever else it began with'),
  causationId: z.string(),
  actor: z.strictObject({
    type: z.enum(['user', 'machine', 'operator', 'saga', 'worker', 'timer', 'system']),
    id: z.string(),
  }),
  occurredAt: field.time,
  traceparent: z.string().describe('W3C Trace Context').optional(),
});

const recorded = ({ schema }: EventDefinition) =>
  z.strictObject({
    id: z.uuid().describe('the same for ever; version 5 of RFC 4122'),
    stream: z.string().describe('category-id'),
    revision: z.number().int().min(0).describe('place in its stream, from 0 without gaps'),
    position,
    event: schema,
    metadata,
  });

const ofJetStream = z
  .string()
  .describe('of JetStream: by it the relay knows that nothing was left out')
  .optional();

const headers = z.strictObject({
  'Nats-Msg-Id': z.uuid().describe('id of the event: JetStream drops what it has seen already'),
  'Quittance-Position': position,
  traceparent: z.string().describe('W3C Trace Context').optional(),
  'Nats-Expected-Last-Msg-Id': ofJetStream,
  'Nats-Expected-Last-Sequence': ofJetStream,
});

const HEADERS = 'IntegrationEventHeaders';

const typesOf = (category: string, definitions: readonly EventDefinition[]) => ({
  category,
  types: definitions.map(({ type }) => type).filter((type) => integrationEvents.includes(type)),
});

const channels = Object.entries(eventCatalogue)
  .map(([category, definitions]) => typesOf(category, definitions))
  .filter(({ types }) => types.length > 0)
  .map(({ category, types }) => {
    const id = `${category}Events`;
    const { inChannel, inOperation } = messagesOf(id, types);
    return { category, types, id, inChannel, inOperation };
  });

/** What the relay copies to JetStream, a channel for each category of streams. */
export const integrationChannels: DescribedChannel = {
  channels: Object.fromEntries(
    channels.map(({ category, types, id, inChannel }) => [
      id,
      {
        address: `evt.${category}.{id}.{type}`,
        title: `Events of category ${category}`,
        description: DESCRIPTION,
        servers: [{ $ref: '#/servers/nats' }],
        parameters: {
          id: { description: 'of the stream the event stands in' },
          type: { description: 'of the event', enum: types },
        },
        messages: inChannel,
      },
    ]),
  ),
  operations: Object.fromEntries(
    channels.map(({ category, id, inOperation }) => [
      `tell${category[0]!.toUpperCase()}${category.slice(1)}Events`,
      {
        action: 'send',
        channel: { $ref: `#/channels/${id}` },
        summary: `Tell other systems what happened to a stream of category ${category}.`,
        messages: inOperation,
      },
    ]),
  ),
  messages: Object.fromEntries(
    integrationEvents.map((type) => [
      type,
      messageObject(type, integrationSummaries[type] ?? type, {
        correlationId: { location: '$message.payload#/metadata/correlationId' },
        headers: { $ref: `#/components/schemas/${HEADERS}` },
      }),
    ]),
  ),
  schemas: {
    [HEADERS]: headers,
    ...Object.fromEntries(integrationEvents.map((type) => [type, recorded(eventDefinition(type)!)])),
  },
};
