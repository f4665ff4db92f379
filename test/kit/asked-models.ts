import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import type { FastifyRequest } from 'fastify';
import type { OperationDescription } from '../../src/api/http/operation.js';
import { projections } from '../../src/projections/index.js';

/** What a route's handler is under way for, in whatever it calls. */
const underWay = new AsyncLocalStorage<{
  readonly operation?: OperationDescription;
  readonly isGet: boolean;
}>();
tracingChannel('fastify.request.handler').start.bindStore(underWay, (message) => {
  const { request } = message as { readonly request: FastifyRequest };
  const { operation } = request.routeOptions.config;
  return { isGet: request.method === 'GET', ...(operation && { operation }) };
});

const modelOf: ReadonlyMap<string, string> = new Map(
  projections.flatMap(({ name, schema }) =>
    [...schema.matchAll(/create (?:table if not exists|or replace view|view) (\w+)/g)].map(
      ([, table]) => [table!, name] as const,
    ),
  ),
);

/**
 * Holds a route to the read models it says it asks: one that it did not name is one that `X-Min-Position` did not wait for.
 * @throws Error where `statement`, sent by a GET, asks another
 */
export function holdToNamedModels(statement: string): void {
  const { operation, isGet } = underWay.getStore() ?? {};
  if (!isGet || !operation?.reads) return;
  for (const [table] of statement.matchAll(/\brm_\w+/g)) {
    const model = modelOf.get(table);
    if (model === undefined || !(operation.reads as readonly string[]).includes(model))
      throw new Error(
        `"${operation.summary}" asks ${table} of ${model}, and names ${operation.reads.join(', ')}`,
      );
  }
}
