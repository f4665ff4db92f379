import { z } from 'zod';
import { answers } from '../http/answers/index.js';
import type { OperationDescription } from '../http/operation.js';
import { namedSchemas, pointerTo } from '../named-schemas.js';
import { jsonSchema } from './json-schema.js';
import { shared } from './shared-schemas.js';

export interface DescribedRoute {
  readonly method: string;
  /** as Fastify writes it, `/workflows/:id` */
  readonly url: string;
  readonly operation: OperationDescription;
}

/** OpenAPI 3.1 of the routes that are served, from the schemas that validate them. */
export function openApiDocument(routes: readonly DescribedRoute[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, url, operation } of routes) {
    const path = url.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationObject(method, path, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quittance',
      version,
      description:
        'Plans a request in plain words, shows its cost, executes it over paid services, and ends with a receipt ' +
        'that a stranger can verify. The stream of a workflow (WS /workflows/{id}/stream) and the events for other ' +
        'systems are described by /docs/asyncapi.json.',
    },
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
      schemas: namedSchemas({ Refusal: refusalSchema, ...answersOf(routes) }, shared, 'draft-2020-12'),
    },
  };
}

const refusalSchema = z.strictObject({
  success: z.literal(false),
  error: z.string().describe('a sentence for a person'),
  code: z.string().describe('a literal for programs'),
  details: z.record(z.string(), z.unknown()).describe('the figures that are needed to do better').optional(),
});

const answersOf = (routes: readonly DescribedRoute[]): Record<string, z.ZodType> =>
  Object.fromEntries(
    routes.flatMap(({ operation: { answer } }) => (answer ? [[answer, answers[answer]]] : [])),
  );

function operationObject(method: string, path: string, operation: OperationDescription): object {
  const { summary, tag, access = 'user', body, success = 200, mediaType = 'application/json' } = operation;
  const { answer, accepted, degraded, about } = operation;
  const content = { [mediaType]: answer ? { schema: { $ref: pointerTo(answer) } } : {} };
  return {
    summary,
    tags: [tag],
    parameters: [...pathParameters(path), ...queryParameters(operation), ...headerParameters(method, access)],
    ...(body && {
      requestBody: { content: { 'application/json': { schema: jsonSchema(body) } } },
    }),
    responses: {
      [success]: { description: 'Success', content, ...(about && { headers: { 'X-Left-Out': leftOut } }) },
      ...(accepted && { 202: { description: 'Accepted; it is still going on', content } }),
      ...(degraded && { 503: { description: 'The same, and something it needs does not answer', content } }),
      default: {
        description: 'Refused',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
      },
    },
    security: access === 'user' ? [{ bearer: [] }, { apiKey: [] }] : [{}],
  };
}

const leftOut = {
  description:
    'read models that were asked and could not take an event of this, e.g. `workflows, timeline`: what they say is ' +
    'older than it should be, also under X-Min-Position, until an operator has mended it',
  schema: { type: 'string' },
};

const pathParameters = (path: string): object[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

const queryParameters = ({ query }: OperationDescription): object[] =>
  Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: jsonSchema(schema as z.ZodType),
  }));

function headerParameters(method: string, access: string): object[] {
  if (access !== 'user') return [];
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  return method === 'GET'
    ? [header('X-Min-Position', 'X-Position of an earlier answer: what that wrote is in this one')]
    : [header('Idempotency-Key', 'the same key answers the same, and does nothing twice')];
}
