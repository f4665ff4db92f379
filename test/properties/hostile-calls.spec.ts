import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client, type House, openHouse } from '../kit/api-house.js';
import { hostileTexts, nearly, type SentSchema } from '../kit/hostile.js';

interface Described {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: SentSchema;
  }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: SentSchema }> };
}
interface Call {
  readonly who: number;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

const CALLS = 1_000;
const headers = fc.record(
  {
    'idempotency-key': fc.stringMatching(/^[ -~]{0,300}$/),
    'if-match': fc.oneof(fc.constantFrom('"0"', '"3"', 'W/"1"', '*'), fc.stringMatching(/^[ -~]{0,30}$/)),
    'x-min-position': fc.constantFrom('0', '', ';', '1;', "'", '9'.repeat(200)),
    traceparent: fc.stringMatching(/^[ -~]{0,60}$/),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Record<string, string>>;
/** A call may be held so long for an answer that this one does not wait for. */
const HELD = ['wait'];

describe('calls by somebody who means no good, or no API', () => {
  let house: House;
  let clients: Client[];
  let operations: [method: string, path: string, described: Described][];
  /** what is there, for parameters of a path */
  let known: string[];

  beforeAll(async () => {
    house = await openHouse();
    const [alice, operator] = [await house.user('user_alice'), await house.user('user_op', ['operator'])];
    clients = [alice, operator, new Client(house.url, undefined)];
    await house.fund(alice.userId, 1_000_000n);
    const make = async () => {
      const { body } = await alice.post('/workflows/create', { input: 'Analyse the sales figures, please.' });
      return body.workflow.id as string;
    };
    const [planning, proposed, done] = [await make(), await make(), await make()];
    for (const id of [proposed, done]) await house.propose(id, alice.userId);
    await alice.post(`/workflows/${done}/approve`, {});
    await house.execute(done, alice.userId, 'done');
    const batch = await alice.post('/workflows/batch', { items: [{ input: 'Analyse this, please.' }] });
    known = [planning, proposed, done, batch.body.batch.id, 'user_alice', 'user_op', 'step_1', 'workflows'];
    known.push(`workflow-${done}`, 'escrow-user_alice', '0', 'entries', 'approve', 'x001/067');
    const { paths } = (await alice.get('/docs/openapi.json')).body;
    operations = Object.entries(paths as Record<string, Record<string, Described>>).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(([method, described]): [string, string, Described] => [
          method,
          path,
          described,
        ]),
    );
  });
  afterAll(() => house?.close());

  /** Made once: a schema becomes many arbitraries. */
  const calls = (): fc.Arbitrary<Call> =>
    fc.constantFrom(...operations).chain((operation) => callOf(...operation));

  function callOf(
    method: string,
    path: string,
    { parameters = [], requestBody }: Described,
  ): fc.Arbitrary<Call> {
    const there = fc.oneof(
      { arbitrary: fc.constantFrom(...known), weight: 9 },
      { arbitrary: hostileTexts.filter((text) => text.isWellFormed()), weight: 1 },
    );
    const asked = parameters.filter(({ in: where, name }) => where === 'query' && !HELD.includes(name));
    const body = requestBody?.content['application/json']?.schema;
    return fc.record({
      who: fc.constantFrom(0, 0, 0, 0, 1, 1, 1, 2),
      method: fc.constant(method.toUpperCase()),
      path: fc
        .tuple(
          fc.array(there, { minLength: 3, maxLength: 3 }),
          fc.record(Object.fromEntries(asked.map(({ name, schema }) => [name, nearly(schema)])), {
            requiredKeys: [],
          }),
        )
        .map(([ids, query]) => withParameters(path, ids, query)),
      body: body ? nearly(body) : fc.constant(undefined),
      headers: fc.oneof({ arbitrary: fc.constant({}), weight: 4 }, { arbitrary: headers, weight: 1 }),
    });
  }

  it('are answered as described, are never our fault, and leave everything as it was for others', async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(calls(), async ({ who, method, path, body, headers }) => {
        const { status } = await clients[who]!.call(method, path, body, headers);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(status).not.toBe(500);
      }),
      { numRuns: CALLS },
    );
    console.info('answers by status', Object.fromEntries([...statuses].sort()));
    // much of it was let in, or this would say little
    expect(statuses.get(200)).toBeGreaterThan(CALLS / 20);
    await house.caughtUp();
    expect((await clients[1]!.get('/monitor/parked')).body.parked).toEqual([]);
    expect((await clients[0]!.get(`/workflows/${known[2]}`)).body.workflow.status).toBe('completed');
  });
});

function withParameters(path: string, ids: readonly string[], query: Record<string, unknown>): string {
  const left = [...ids];
  const address = path.replace(/\{\w+\}/g, () => encodeURIComponent(left.pop()!));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    search.set(name, typeof value === 'string' ? value : String(JSON.stringify(value)));
  return search.size > 0 ? `${address}?${search}` : address;
}
