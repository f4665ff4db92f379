/** Two services that cost nothing: one takes WORK_MS, the other never manages. They are their own registry. */
import http from 'node:http';

const { PORT, SOLANA_NETWORK, USDC_MINT, WORK_MS = '50' } = process.env;
const NOBODY = '11111111111111111111111111111111';

const listing = (id, capability) => ({
  resource: `http://127.0.0.1:${PORT}/${id}`,
  type: 'http',
  x402Version: 2,
  accepts: [{ scheme: 'exact', network: SOLANA_NETWORK, asset: USDC_MINT, amount: '0', payTo: NOBODY }],
  description: capability,
  mimeType: 'application/json',
  serviceName: id,
  tags: [capability],
  extensions: {
    bazaar: {
      info: { input: { type: 'http', method: 'POST', bodyType: 'json', body: {} }, output: { type: 'json' } },
      schema: { type: 'object', properties: { output: {} } },
    },
    quittance: {
      v: 1,
      id,
      capability,
      inputs: [{ name: 'step', type: 'number', optional: false, description: 'its number' }],
      output: 'json',
      reputation: 10_000,
      uptime: 1,
      latencyMs: Number(WORK_MS),
    },
  },
});
const items = [listing('steady', 'work-steadily'), listing('failing', 'fail-always')];

http
  .createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://here');
    for await (const _chunk of request);
    const answer = (status, body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (pathname === '/discovery/resources') {
      const page = Number(searchParams.get('offset') ?? 0) === 0 ? items : [];
      return answer(200, {
        x402Version: 2,
        items: page,
        pagination: { limit: 100, offset: 0, total: items.length },
      });
    }
    if (pathname === '/steady') return setTimeout(() => answer(200, { ok: true }), Number(WORK_MS));
    return answer(503, { error: 'BUSY' });
  })
  .listen(Number(PORT), '127.0.0.1');
