import type { FastifyInstance } from 'fastify';
import { streamOf } from '../../kernel/ids.js';
import type { ApiDependencies } from '../dependencies.js';
import { LeftOut } from '../left-out.js';

/** Read models that were asked and have old rows of what was asked for, e.g. `workflows, timeline` */
export const LEFT_OUT = 'x-left-out';

/** Has every answer about one thing say so where a read model could not take an event of it: it is older than it looks. */
export function sayWhatIsLeftOut(server: FastifyInstance, { readModels, clock }: ApiDependencies): void {
  const leftOut = new LeftOut(readModels, clock);
  server.addHook('onRoute', (route) => {
    const { about, reads = [] } = route.config?.operation ?? {};
    if (!about) return;
    const { category, parameter } = about;
    const others = [route.onSend ?? []].flat();
    route.onSend = [
      ...others,
      async (request, reply, payload) => {
        // who may not see it is not told about it
        if (reply.statusCode >= 300) return payload;
        const id = (request.params as Record<string, string>)[parameter]!;
        const models = await leftOut.of(streamOf(category, id), reads);
        if (models.length > 0) void reply.header(LEFT_OUT, models.join(', '));
        return payload;
      },
    ];
  });
}
