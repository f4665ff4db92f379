import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { DescribedAnswers } from '../../../test/kit/described-answers.js';

/**
 * Every answer that the specs of the API and of whole installations get is held to the OpenAPI document (see
 * test/kit/described-answers.ts). Here is shown that this finds what is wrong, for each answer that has a schema.
 */
describe('the schemas of answers in the OpenAPI document', () => {
  let house: House;
  let alice: Client;
  let described: DescribedAnswers;
  let id: string;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    await house.fund(alice.userId, 10_000_000n);
    described = await DescribedAnswers.servedAt(house.url);
    const { body } = await alice.post('/workflows/create', { input: 'a request in plain words' });
    id = body.workflow.id;
    await house.propose(id, alice.userId);
    await alice.post(`/workflows/${id}/approve`);
    await house.execute(id, alice.userId, { any: ['value', null] });
  });
  afterAll(() => house.close());

  it.each(['', '/events', '/steps', '/result', '/payments'])(
    'take what GET /workflows/:id%s answers, and nothing added to it or missing in it',
    async (part) => {
      const path = `/workflows/${id}${part}`;
      const { status, body } = await alice.get(path);
      expect([status, described.wrong('GET', path, status, body)]).toEqual([200, []]);
      const harmed = [...harms(body)];
      expect(harmed.length).toBeGreaterThan(part === '/payments' ? 2 : 10);
      for (const [how, answer] of harmed)
        expect([how, described.wrong('GET', path, status, answer)]).not.toEqual([how, []]);
    },
  );

  it('take refusals as they are, and no status that an operation does not have', async () => {
    const { status, body } = await alice.post(`/workflows/${id}/approve`);
    const wrong = (its: number, answer: unknown) =>
      described.wrong('POST', `/workflows/${id}/approve`, its, answer);
    expect([status, wrong(status, body)]).toEqual([409, []]);
    expect(wrong(status, { ...body, success: true })).not.toEqual([]);
    expect(wrong(status, { ...body, stranger: 1 })).not.toEqual([]);
    expect(wrong(204, body)).toEqual(['POST /workflows/{id}/approve answers 204, which is not described']);
  });
});

/** What a user or a service says may be anything. */
const FREE = ['result', 'output', 'metadata', 'details'];
/** What need not be there: without it an answer is as good. */
const OPTIONAL = new Set([
  ...['approvalReason', 'input', 'kind', 'name', 'dependencies', 'output', 'branch'],
  ...['service', 'serviceId', 'serviceName', 'matchScore', 'matchReasons'],
]);

/** The same answer with one member more, or without one, at each object in it. */
function* harms(
  value: unknown,
  put: (changed: unknown) => unknown = (it) => it,
): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield ['a stranger', put({ ...value, stranger: 1 })];
  for (const [name, member] of Object.entries(value)) {
    const without = (changed: unknown) => {
      const copy = structuredClone(value) as Record<string, unknown>;
      if (changed === undefined) delete copy[name];
      else copy[name] = changed;
      return put(copy);
    };
    if (!Array.isArray(value) && !OPTIONAL.has(name)) yield [`without ${name}`, without(undefined)];
    if (!FREE.includes(name)) yield* harms(member, without);
  }
}
