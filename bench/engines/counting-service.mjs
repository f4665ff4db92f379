/**
 * The service that W4's steps call: it takes 50 ms and asks nothing for it. It answers a call that comes again under
 * the same Idempotency-Key with the answer it gave, as services for money do, and counts what it was asked and what
 * it did. It is its own registry.
 */
import http from 'node:http';

const { PORT, SOLANA_NETWORK, USDC_MINT, WORK_MS = '50' } = process.env;
/** any account will do: nothing is paid */
const NOBODY = '11111111111111111111111111111111';

const did = { asked: 0, began: 0, ended: 0, askedAfterEnd: 0 };
const works = new Map();

function work(key, { step }) {
  const known = works.get(key);
  if (known) {
    if (known.ended) did.askedAfterEnd += 1;
    return known.answer;
  }
  did.began += 1;
  const own = { ended: false };
  own.answer = new Promise((resolve) => setTimeout(resolve, Number(WORK_MS))).then(() => {
    did.ended += 1;
    own.ended = true;
    return { step, ok: true };
  });
  works.set(key, own);
  return own.answer;
}

const listing = {
  resource: `http://127.0.0.1:${PORT}/work`,
  type: 'http',
  x402Version: 2,
  accepts: [{ scheme: 'exact', network: SOLANA_NETWORK, asset: USDC_MINT, amount: '0', payTo: NOBODY }],
  description: 'Count a step',
  mimeType: 'application/json',
  serviceName: 'Step counter',
  tags: ['count', 'step'],
  extensions: {
    bazaar: {
      info: { input: { type: 'http', method: 'POST', bodyType: 'json', body: {} }, output: { type: 'json' } },
      schema: { type: 'object', properties: { output: {} } },
    },
    quittance: {
      v: 1,
      id: 'step_counter',
      capability: 'count-step',
      inputs: [{ name: 'step', type: 'number', optional: false, description: 'its number' }],
      output: 'json',
      reputation: 10_000,
      uptime: 1,
      latencyMs: Number(WORK_MS),
    },
  },
};

const answers = {
  'GET /discovery/resources': ({ searchParams }) => {
    const items = Number(searchParams.get('offset') ?? 0) === 0 ? [listing] : [];
    return { x402Version: 2, items, pagination: { limit: 100, offset: 0, total: 1 } };
  },
  'GET /did': () => did,
  'POST /work': (_url, body, key) => {
    did.asked += 1;
    return work(key, JSON.parse(body));
  },
};

http
  .createServer(async (request, response) => {
    const url = new URL(request.url, 'http://here');
    const answer = answers[`${request.method} ${url.pathname}`];
    if (!answer) return response.writeHead(404).end();
    let body = '';
    for await (const chunk of request) body += chunk;
    const json = JSON.stringify(await answer(url, body, request.headers['idempotency-key']));
    response.writeHead(200, { 'content-type': 'application/json' }).end(json);
  })
  .listen(Number(PORT), '127.0.0.1');
