import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mandate } from '../../src/commands/mandate/decide.js';
import type { Mandate } from '../../src/commands/mandate/state.js';
import { workflow } from '../../src/commands/workflow/decide.js';
import { toMicros } from '../../src/kernel/money.js';
import { MemoryEngine } from '../kit/memory-engine.js';
import { input, offer, usdc } from '../kit/offers.js';

const OWNER = 'user_01';
const PRICE = 20_000n;
const offers = [
  offer('summarise', {
    price: usdc(PRICE),
    payTo: 'PAYEE',
    network: 'n',
    asset: 'USDC',
    capability: 'summary',
    description: 'Summarises text',
    inputs: [input('text', 'text')],
    output: 'summary',
    tags: ['summary'],
  }),
];
const plan = {
  steps: [
    { key: 'ask', kind: 'service_call', capability: 'summary', dependsOn: [], input: '{"text": "It rose."}' },
  ],
} as never;

let ids = 0;
const context = (correlationId: string) =>
  ({
    commandId: `test ${++ids}`,
    correlationId,
    actor: { type: 'system', id: 'test' },
  }) as const;

async function granted(engine: MemoryEngine, limits: object = {}): Promise<string> {
  const mandateId = `mdt_${++ids}`;
  const at = new Date().toISOString();
  await engine.dispatch.send(
    mandate,
    mandateId,
    {
      type: 'GrantMandate',
      at,
      mandateId,
      userId: OWNER,
      wallet: 'W',
      network: 'n',
      asset: 'USDC',
      maxTotal: toMicros(PRICE * 2n),
      maxPerTransaction: toMicros(PRICE),
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      message: `message of ${mandateId}`,
      signature: 's',
      ...limits,
    },
    context(mandateId),
  );
  return mandateId;
}

const loaded = async (engine: MemoryEngine, mandateId: string) =>
  (await engine.dispatch.load(mandate, mandateId)).state as Mandate;
const run = async (engine: MemoryEngine, id: string) => (await engine.dispatch.load(workflow, id)).state;

describe('a plan under a mandate', () => {
  const engine = new MemoryEngine(offers);
  beforeAll(async () => {
    await engine.start();
    await engine.fund(OWNER, 10_000_000n);
  });
  afterAll(() => engine.stop());

  const create = (mandateId: string) => engine.create(OWNER, { plan, mandateId });
  const declined = async (id: string) => {
    await engine.until(`workflow-${id}`, 'AutoApprovalDeclined');
    const state = await run(engine, id);
    return state.status === 'awaiting_approval' ? state.declined : state.status;
  };

  it('T02 is approved without its owner, for as long as the mandate lasts, and not once more', async () => {
    const mandateId = await granted(engine);
    for (const n of [1, 2]) {
      const id = await create(mandateId);
      await engine.until(`workflow-${id}`, 'WorkflowSettled');
      expect(await engine.told(`workflow-${id}`)).toContain('WorkflowCompleted');
      await engine.until(`mandate-${mandateId}`, 'MandateUseReleased', n);
    }
    const third = await create(mandateId);
    expect(await declined(third)).toMatchObject({ code: 'MANDATE_LIMIT', limit: '40000', asked: '20000' });
    expect((await loaded(engine, mandateId)).used).toBe(40_000n);
    await engine.approve(OWNER, third);
    await engine.until(`workflow-${third}`, 'WorkflowCompleted');
  });

  it('T02 gives back to the mandate what the run did not spend', async () => {
    engine.world.price = 15_000n;
    const mandateId = await granted(engine);
    const id = await create(mandateId);
    await engine.until(`mandate-${mandateId}`, 'MandateUseReleased');
    engine.world.price = PRICE;
    const { used, uses } = await loaded(engine, mandateId);
    expect([used, uses.get(`${id}/1`)?.spent]).toEqual([15_000n, 15_000n]);
  });

  it('T07 is left to its owner when it pays somebody the mandate does not name', async () => {
    const id = await create(await granted(engine, { allowedRecipients: ['SOMEBODY'] }));
    expect(await declined(id)).toMatchObject({ code: 'MANDATE_RECIPIENT' });
  });

  it('T07 is left to its owner when it costs more than one plan may', async () => {
    const id = await create(await granted(engine, { maxPerTransaction: toMicros(PRICE - 1n) }));
    expect(await declined(id)).toMatchObject({ code: 'MANDATE_LIMIT', limit: '19999', asked: '20000' });
  });

  it('is refused as soon as its mandate is revoked or of somebody else', async () => {
    const mandateId = await granted(engine);
    await expect(engine.create('user_02', { plan, mandateId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const at = new Date().toISOString();
    await engine.dispatch.send(mandate, mandateId, { type: 'RevokeMandate', at }, context(mandateId));
    await expect(create(mandateId)).rejects.toMatchObject({ code: 'MANDATE_REVOKED' });
  });

  it('is approved no more often together than its mandate allows, however many ask at once', async () => {
    const mandateId = await granted(engine, { maxTotal: toMicros(PRICE * 3n + 1n) });
    const all = await Promise.all(Array.from({ length: 10 }, () => create(mandateId)));
    const ends = await Promise.all(
      all.map((id) =>
        Promise.race(
          ['WorkflowCompleted', 'AutoApprovalDeclined'].map(async (type) => {
            await engine.until(`workflow-${id}`, type);
            return type;
          }),
        ),
      ),
    );
    expect(ends.filter((type) => type === 'WorkflowCompleted')).toHaveLength(3);
    expect((await loaded(engine, mandateId)).used).toBe(PRICE * 3n);
  });
});
