import { z } from 'zod';
import { LIMITS } from '../../kernel/limits.js';
import { timelineMessages } from '../../projections/timeline/messages/index.js';
import { closings } from '../ws/closings.js';
import { passingMessages } from '../ws/messages.js';
import { SUBPROTOCOL, streamQuery } from '../ws/stream.js';
import { type DescribedChannel, messageObject, messagesOf } from './channel.js';

const CHANNEL = 'workflowStream';
const definitions = [...passingMessages, ...timelineMessages];

const DESCRIPTION = `Everything that happens to one workflow, for its owner.

**Order.** The first message is \`connected\`. Then come the messages with a \`seq\`: 1, 2, 3, … for each workflow, \
without a gap and without a duplicate, in the order in which the events were stored. Messages without a \`seq\` \
(\`step.progress\`) stand anywhere between them, may be lost, and are never told again.

**Resumption.** Whoever was cut off connects again with \`?from=<the last seq it has, plus 1>\` and hears the rest: the \
numbers are the same for ever, at every process, and after every rebuild of the read models. A number that does not \
exist yet is waited for. \`GET /workflows/{workflowId}/events?from=\` answers the same messages over HTTP.

**Reading one's own writes.** \`position\` is where the event stands in the event store. Sent as \`X-Min-Position\` with a \
GET, it makes the answer know what this message tells.

**The end.** With \`?until=closed\` the stream ends (${closings.closed.code}) once the run it tells of is closed. Without, it \
stays open: a receipt, its proof, or another run may follow. A client that does not keep up is cut \
(${closings.tooSlow.code}): more than ${LIMITS.socketBacklog} messages or ${LIMITS.socketBacklogBytes} bytes wait for it. \
Whatever the code is, nothing is lost: resume.

**Being let in.** The key goes into \`Authorization: Bearer\`, \`X-Api-Key\` or \`access_token\`; browsers may also offer the \
two subprotocols \`${SUBPROTOCOL}\` and \`key.<the key>\`, of which the first is answered. Whoever is not let in gets an HTTP \
answer instead of a stream, with the body of every refusal: 400 for a wrong query, 401, 404 (also for workflows of \
others), 429.

**The client** has nothing to say: it only answers pings, one every 30 seconds.

The schemas say what this version tells, strictly. A later one may add members and types: ignore what you do not know.`;

const HEADERS = z.object({
  Authorization: z.string().describe('Bearer, and the API key').optional(),
  'X-Api-Key': z.string().optional(),
  'Sec-WebSocket-Protocol': z
    .string()
    .describe(`\`${SUBPROTOCOL}, key.<the key>\`, where no other header can be set`)
    .optional(),
});

const bindingSchema = (schema: z.ZodObject): object => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return rest;
};

const { inChannel, inOperation } = messagesOf(
  CHANNEL,
  definitions.map(({ type }) => type),
);

/** `WS /workflows/{workflowId}/stream`. */
export const streamChannel: DescribedChannel = {
  channels: {
    [CHANNEL]: {
      address: '/workflows/{workflowId}/stream',
      title: 'The stream of a workflow',
      summary: 'Everything that happens to one workflow, in order and without gaps.',
      description: DESCRIPTION,
      servers: [{ $ref: '#/servers/api' }],
      parameters: {
        workflowId: { description: 'as POST /workflows/create answers it', examples: ['wf_01'] },
      },
      messages: inChannel,
      bindings: {
        ws: {
          method: 'GET',
          query: bindingSchema(streamQuery),
          headers: bindingSchema(HEADERS),
          bindingVersion: '0.1.0',
        },
      },
      'x-subprotocols': [SUBPROTOCOL],
      'x-close-codes': Object.values(closings),
    },
  },
  operations: {
    followWorkflow: {
      action: 'send',
      channel: { $ref: `#/channels/${CHANNEL}` },
      summary: 'Tell a workflow to whoever follows it.',
      security: ['bearer', 'apiKey', 'accessToken'].map((name) => ({
        $ref: `#/components/securitySchemes/${name}`,
      })),
      messages: inOperation,
    },
  },
  messages: Object.fromEntries(definitions.map(({ type, summary }) => [type, messageObject(type, summary)])),
  schemas: Object.fromEntries(definitions.map(({ type, schema }) => [type, schema])),
};
