import { describe, expect, it } from '@jest/globals';
import { BazaarCatalogue } from './catalogue.js';
import type { HttpGet } from './pages.js';

const PURSE = { network: 'solana:devnet', asset: 'mint' } as const;
const PAY_TO = 'So11111111111111111111111111111111111111112';

const listed = (id: string, more: Record<string, unknown> = {}) => ({
  resource: `https://services.example/svc/${id}`,
  type: 'http',
  accepts: [{ scheme: 'exact', amount: '5000', payTo: PAY_TO, ...PURSE }],
  description: `Draws charts, number ${id}`,
  serviceName: `Service ${id}`,
  tags: ['chart'],
  extensions: {
    bazaar: {
      info: { input: { type: 'http', method: 'POST' }, output: { type: 'json' } },
      schema: {
        properties: { input: { properties: { body: { type: 'object' } } }, output: { type: 'object' } },
      },
    },
    quittance: {
      v: 1,
      id,
      capability: 'chart',
      inputs: [{ name: 'table', type: 'table', optional: false, description: 'rows' }],
      output: 'chart',
      reputation: 9_000,
      uptime: 0.99,
      latencyMs: 100,
    },
  },
  ...more,
});

/** A registry over these items that counts how often it is asked. */
function registry(items: readonly unknown[]) {
  const state = { asked: 0, down: false };
  const get: HttpGet = async (url) => {
    state.asked++;
    if (state.down) throw new Error('connection refused');
    const asked = new URL(url).searchParams;
    const offset = Number(asked.get('offset'));
    const page = items.slice(offset, offset + Number(asked.get('limit')));
    const body = { x402Version: 2, items: page, pagination: { total: items.length } };
    return { status: 200, body: new TextEncoder().encode(JSON.stringify(body)) };
  };
  return { state, get };
}

const open = (get: HttpGet, now: () => number = () => 0) =>
  new BazaarCatalogue({ registryUrl: 'https://registry.example/bazaar', get, now, ...PURSE });

describe('the catalogue of a Bazaar registry', () => {
  it('gives every offer that can be understood and paid, over all pages', async () => {
    const { state, get } = registry(Array.from({ length: 250 }, (_, i) => listed(`s${i}`)));
    const offers = await open(get).all();
    expect(offers).toHaveLength(250);
    expect(state.asked).toBe(3);
    expect(offers[0]).toMatchObject({
      id: 's0',
      price: 5_000n,
      payTo: PAY_TO,
      method: 'POST',
      output: 'chart',
    });
  });

  it('says what it knows without asking, for as long as the list is good', async () => {
    let now = 0;
    const { state, get } = registry([listed('s0')]);
    const catalogue = open(get, () => now);
    expect([catalogue.known, state.asked]).toEqual([undefined, 0]);
    const offers = await catalogue.all();
    expect([catalogue.known, state.asked]).toEqual([offers, 1]);
    now = 5 * 60_000;
    state.down = true;
    expect(catalogue.known).toBeUndefined();
    expect(await catalogue.all()).toEqual(offers);
    expect(catalogue.known).toBeUndefined();
  });

  it('is known soon, or waited for no longer than a moment', async () => {
    const { get } = registry([listed('s0')]);
    const answering = open(get);
    await answering.soon();
    expect(answering.known).toHaveLength(1);
    for (const none of [() => new Promise<never>(() => undefined), () => Promise.reject(new Error('away'))]) {
      const silent = open(none);
      await silent.soon();
      expect(silent.known).toBeUndefined();
    }
  });

  const broken: Record<string, unknown> = {
    'has no typed inputs and output': {
      ...listed('a'),
      extensions: { bazaar: listed('a').extensions.bazaar },
    },
    'asks for other money': listed('a', { accepts: [{ ...listed('a').accepts[0], asset: 'other' }] }),
    'asks for a price that is no amount': listed('a', {
      accepts: [{ ...listed('a').accepts[0], amount: '-5' }],
    }),
    'is not reached over HTTP': listed('a', { resource: 'file:///etc/passwd' }),
    'carries a password in its address': listed('a', { resource: 'https://user:secret@services.example/' }),
    'is too large': listed('a', { lastUpdated: 'x'.repeat(200_000) }),
    'is no object': 'listed',
    'takes the id of another': listed('good', { resource: 'https://thief.example/' }),
  };
  it.each(Object.keys(broken))('drops and counts an item that %s', async (why) => {
    const catalogue = open(registry([listed('good'), broken[why]]).get);
    const offers = await catalogue.all();
    expect(offers.map(({ url }) => url)).toEqual(['https://services.example/svc/good']);
    expect(catalogue.dropped).toBe(1);
  });

  it('shortens what a service says of itself and keeps it on one line', async () => {
    const said = `Best\n\u0000\u202eservice${'!'.repeat(5_000)}`;
    const [offer] = await open(registry([listed('a', { description: said })]).get).all();
    expect(offer!.description).toHaveLength(2_000);
    expect(offer!.description.startsWith('Best service!')).toBe(true);
  });

  it('asks the registry once in five minutes, however many ask it', async () => {
    const { state, get } = registry([listed('a')]);
    let now = 0;
    const catalogue = open(get, () => now);
    await Promise.all([catalogue.all(), catalogue.byId('a'), catalogue.search('chart', 3)]);
    now = 299_999;
    await catalogue.all();
    expect(state.asked).toBe(1);
    now = 300_000;
    await catalogue.all();
    expect(state.asked).toBe(2);
    await catalogue.refresh();
    expect(state.asked).toBe(3);
  });

  it('keeps the last list while the registry is down, and says so when there never was one', async () => {
    const { state, get } = registry([listed('a')]);
    let now = 0;
    const catalogue = open(get, () => now);
    await catalogue.all();
    now = 1e9;
    state.down = true;
    expect(await catalogue.all()).toHaveLength(1);
    await expect(catalogue.refresh()).rejects.toMatchObject({ code: 'REGISTRY_DOWN', kind: 'retryable' });
    await expect(open(get).all()).rejects.toMatchObject({ code: 'REGISTRY_DOWN' });
  });

  it('refuses a registry that answers something else than a list', async () => {
    const get: HttpGet = async () => ({ status: 200, body: new TextEncoder().encode('<html>') });
    await expect(open(get).all()).rejects.toMatchObject({ code: 'REGISTRY_BAD_OUTPUT' });
  });
});
