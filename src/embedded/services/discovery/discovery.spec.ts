import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BazaarCatalogue } from '../../../adapters/bazaar/catalogue.js';
import { offerOf } from '../declaration.js';
import { DECLARATIONS } from '../declarations.js';
import { type Market, openMarket } from '../server/paid-server.kit.js';

describe('discovery', () => {
  let market: Market;
  beforeAll(async () => {
    market = await openMarket();
  });
  afterAll(() => market.close());

  const catalogue = () => {
    const { chain } = market;
    const get = async (url: string) => {
      const answer = await fetch(url);
      return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
    };
    return new BazaarCatalogue({
      registryUrl: market.services().url,
      get,
      network: chain.network,
      asset: chain.mint,
    });
  };
  const ask = async (path: string) => {
    const answer = await fetch(`${market.services().url}${path}`);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('tells the catalogue of every service exactly what was declared', async () => {
    const { chain } = market;
    const { url, payTo } = market.services();
    const at = { baseUrl: url, payTo, network: chain.network, asset: chain.mint };
    const found = catalogue();
    expect(await found.all()).toEqual(
      JSON.parse(
        JSON.stringify(
          DECLARATIONS.map((one) => offerOf(one, at)),
          bigints,
        ),
        revive,
      ),
    );
    expect(found.dropped).toBe(0);
  });

  it.each([
    ['draw a chart of this', 'chart'],
    ['is there seasonality in this time series', 'trend'],
    ['read my CSV file', 'parse-table'],
    ['summarise an article', 'summary'],
    ['which values are outliers', 'anomalies'],
    ['predict the future', 'forecast'],
  ])('finds for “%s” a service of the capability %s first', async (query, capability) => {
    const [first] = await catalogue().search(query, 3);
    expect(first?.capability).toBe(capability);
    const { body } = await ask(`/discovery/search?query=${encodeURIComponent(query)}`);
    const [served] = body['resources'] as { extensions: { quittance: { capability: string } } }[];
    expect(served?.extensions.quittance.capability).toBe(capability);
  });

  it('pages', async () => {
    const { body } = await ask('/discovery/resources?limit=3&offset=12');
    expect(body).toMatchObject({
      x402Version: 2,
      items: { length: 2 },
      pagination: { limit: 3, offset: 12, total: 14 },
    });
  });

  it.each([
    ['type=mcp', 0],
    ['type=http', 14],
    ['payTo=11111111111111111111111111111111', 0],
    ['scheme=batch-settlement', 0],
    ['scheme=exact', 14],
    ['network=eip155:999999999', 0],
    ['network=!!!', 0],
    ['extensions=payment-identifier', 0],
    ['extensions=bazaar', 14],
  ])('leaves out what does not fit the filter %s', async (filter, total) => {
    const { body } = await ask(`/discovery/resources?${filter}`);
    expect(body).toMatchObject({ items: { length: total }, pagination: { total } });
    const { body: searched } = await ask(`/discovery/search?query=trend&${filter}`);
    expect((searched['resources'] as unknown[]).length > 0).toBe(total > 0);
  });

  it.each([
    '/discovery/resources?limit=0',
    '/discovery/resources?offset=-1',
    '/discovery/search',
    '/discovery/search?query=',
  ])('refuses %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });
});

/** Prices are bigint, which JSON has not. */
const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
const revive = (key: string, value: unknown) =>
  key === 'price' && typeof value === 'string' ? BigInt(value.slice(0, -1)) : value;
