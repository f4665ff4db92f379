import { namedSchemas } from '../named-schemas.js';
import type { DescribedChannel } from './channel.js';
import { integrationChannels } from './integration-channels.js';
import { shared } from './schemas.js';
import { streamChannel } from './stream-channel.js';

/** AsyncAPI 3.0 of the messages that go out, made of the schemas which the specs hold them to. */
export function asyncApiDocument(version: string): object {
  const { channels, operations, messages, schemas } = together(streamChannel, integrationChannels);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Quittance',
      version,
      description:
        'What Quittance tells by itself: the stream of a workflow, for its owner, over a WebSocket, and integration ' +
        'events, for other systems, on NATS JetStream. Calls are described by /docs/openapi.json.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      api: {
        host: '{host}',
        protocol: 'ws',
        description: 'The server that answers HTTP; wss where a proxy speaks TLS for it.',
        variables: { host: { default: '127.0.0.1:5000', description: 'host and port of the API' } },
      },
      nats: {
        host: '{host}',
        protocol: 'nats',
        description: 'The NATS server the installation was given (NATS_URL), with JetStream.',
        variables: { host: { default: '127.0.0.1:4222', description: 'host and port of NATS' } },
      },
    },
    channels,
    operations,
    components: {
      schemas: namedSchemas(schemas, shared, 'draft-7'),
      messages,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'httpApiKey', in: 'header', name: 'X-Api-Key' },
        accessToken: { type: 'httpApiKey', in: 'query', name: 'access_token' },
      },
    },
  };
}

const together = (...described: readonly DescribedChannel[]): DescribedChannel => ({
  channels: Object.assign({}, ...described.map(({ channels }) => channels)),
  operations: Object.assign({}, ...described.map(({ operations }) => operations)),
  messages: Object.assign({}, ...described.map(({ messages }) => messages)),
  schemas: Object.assign({}, ...described.map(({ schemas }) => schemas)),
});
