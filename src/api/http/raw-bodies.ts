import type { FastifyInstance } from 'fastify';

/**
 * JSON is parsed as ever, but for routes that take it as bytes: what a parser leaves of a document is not the
 * document, and reading a large one would keep everybody else waiting.
 */
export function keepRawBodies(server: FastifyInstance): void {
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config.operation?.raw) done(null, body);
    else parseJson(request, body.toString(), done);
  });
}

export const bytesOf = (body: unknown): Uint8Array => (body instanceof Uint8Array ? body : new Uint8Array());
