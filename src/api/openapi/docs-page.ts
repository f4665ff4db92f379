import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../../kernel/errors.js';

/** Files of the page, all from the installed package: it works without a network. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Quittance API</title>
  <link rel="icon" href="/docs/files/favicon-32x32.png">
  <link rel="stylesheet" href="/docs/files/swagger-ui.css">
</head>
<body>
  <div id="page"></div>
  <script src="/docs/files/swagger-ui-bundle.js"></script>
  <script src="/docs/files/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/docs/openapi.json', dom_id: '#page', validatorUrl: null });\n`;

/** @param documents by file name; each loaded and made when it is first asked for, once all routes are known */
export function serveDocs(
  server: FastifyInstance,
  documents: Readonly<Record<string, () => Promise<object>>>,
): void {
  server.get('/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(PAGE));
  for (const [file, document] of Object.entries(documents)) {
    let made: string | undefined;
    server.get(`/docs/${file}`, async (_request, reply) => {
      made ??= JSON.stringify(await document());
      return reply.type('application/json').send(made);
    });
  }
  server.get<{ Params: { file: string } }>('/docs/files/:file', async (request, reply) => {
    const { file } = request.params;
    if (file === 'start.js') return reply.type('text/javascript; charset=utf-8').send(START);
    const type = Object.hasOwn(FILES, file) ? FILES[file] : undefined;
    if (!type) throw new Refusal('NOT_FOUND', 'There is nothing at this address.');
    return reply.type(type).send(await readFile(join(packageFolder(), file)));
  });
}

const packageFolder = (): string =>
  dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
