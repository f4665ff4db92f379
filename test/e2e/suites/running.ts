import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type IssuerKey, verifyReceipt } from '../../../src/verifier/index.js';
import type { Installed } from '../../kit/installation.js';
import { moved, onceEach, paymentsOf } from '../kit/chain.js';
import { Client, type PlanStepDoc, until, type WorkflowDoc } from '../kit/client.js';
import { free, statistics } from '../kit/plans.js';

/** Two ways to the result; which one is taken decides what is paid. */
const forked = (rows: number) => ({
  verificationLevel: 'zero-knowledge',
  plan: {
    steps: [
      {
        key: 'table',
        kind: 'service_call',
        serviceId: 'parse-table',
        params: {
          content: `n,m\n${Array.from({ length: rows }, (_, i) => `${i},${i * i}`).join('\n')}`,
          name: 'squares',
        },
      },
      {
        key: 'many',
        kind: 'conditional',
        dependsOn: ['table'],
        input: '$count(steps.table.rows) > 5',
      },
      {
        key: 'dear',
        kind: 'service_call',
        serviceId: 'statistics-desk',
        dependsOn: ['table', 'many'],
        when: { step: 'many', branch: 'then' },
        input: '{"table": steps.table}',
      },
      {
        key: 'cheap',
        kind: 'data_transform',
        dependsOn: ['table', 'many'],
        when: { step: 'many', branch: 'else' },
        input: '{"few": true}',
      },
      {
        key: 'both',
        kind: 'data_transform',
        dependsOn: ['dear', 'cheap'],
        input: '{"dear": $exists(steps.dear), "cheap": $exists(steps.cheap)}',
      },
    ],
  },
});

export const running = (installed: () => Installed) =>
  describe('a plan of one’s own', () => {
    let client: Client;
    let issuerKeys: IssuerKey[];

    beforeAll(async () => {
      client = Client.of(installed());
      await client.funded(1n);
      issuerKeys = (await client.get<{ keys: IssuerKey[] }>('/.well-known/quittance-keys.json')).body.keys;
    });

    it.each([
      ['then', 12, { dear: true, cheap: false }, 'cheap'],
      ['else', 3, { dear: false, cheap: true }, 'dear'],
    ] as const)(
      'takes the branch %s, skips the other, pays what ran and proves it',
      async (branch, rows, value, skipped) => {
        const done = await client.run(forked(rows));
        expect(done.error).toBeNull();
        expect(await client.result(done.id)).toMatchObject({ value });
        const { steps } = await client.steps(done.id);
        const skippedSteps = steps.filter(({ status }) => status === 'skipped').map(({ id }) => id);
        const idOf = idsOf(done);
        expect(skippedSteps).toEqual([idOf[skipped]]);
        expect(steps.find(({ id }) => id === idOf.many)?.branch).toBe(branch);
        const expected = onceEach(done);
        for (const id of skippedSteps) delete expected[id];
        expect(await paymentsOf(installed(), client, done)).toEqual(expected);
        const receipt = await client.receipt(done.id, 'proof');
        const verdict = await verifyReceipt(receipt, { issuerKeys, allowDevelopmentKeys: true });
        expect(verdict.checks.filter(({ passed, required }) => required && !passed)).toEqual([]);
      },
    );

    it('is forked from a step: what was paid before it is not paid again, as the chain tells', async () => {
      const first = await client.run(statistics());
      const [before, transfers] = [await client.balance(), await moved(installed(), client)];
      const { status, body } = await client.post<{
        workflow: { id: string; kept: string[]; requiredMicro: string };
      }>(`/workflows/${first.id}/fork`, { fromStep: 'step_3', autoApprove: true });
      expect([status, body.workflow.kept, body.workflow.requiredMicro]).toEqual([
        201,
        ['step_1', 'step_2'],
        '0',
      ]);
      const forked = await client.closed(body.workflow.id);
      expect(forked).toMatchObject({ status: 'completed', payments: [], spentMicro: '0' });
      expect(await client.result(forked.id)).toEqual(await client.result(first.id));
      expect([await client.balance(), await moved(installed(), client)]).toEqual([before, transfers]);
      const receipt = await client.receipt(forked.id);
      expect(receipt['statement']).toMatchObject({ kept: [{ stepId: 'step_1', workflowId: first.id }, {}] });
      expect((await client.verify('rcpt_any', receipt)).valid).toBe(true);
    });

    it('is forked in the middle: only what comes after is paid, once', async () => {
      const first = await client.run(statistics());
      const body = { fromStep: 'step_2', parameters: {}, service: { step_2: 'statistics-desk' } };
      const made = await client.post<{ workflow: { id: string } }>(`/workflows/${first.id}/fork`, body);
      const planned = await client.planned(made.body.workflow.id);
      await client.approve(planned.id, planned.plan!.planHash);
      expect(await client.closed(planned.id)).toMatchObject({ status: 'completed' });
      expect(await paymentsOf(installed(), client, planned)).toEqual({ step_2: 1 });
      expect(await paymentsOf(installed(), client, first)).toEqual(onceEach(first));
    });

    it('is run many times at once, each with its own input', async () => {
      const items = Array.from({ length: 120 }, (_, n) => ({ params: { only: { n } } }));
      const template = {
        plan: { steps: [{ key: 'only', kind: 'data_transform', params: { n: 0 }, input: '{"done": true}' }] },
        autoApprove: true,
      };
      const made = await client.post<{ batch: { id: string } }>('/workflows/batch', { template, items });
      expect(made.status).toBe(202);
      const path = `/batches/${made.body.batch.id}`;
      const seen = await until(async () => {
        const { batch } = (await client.get<{ batch: { workflows: Record<string, number> } }>(path)).body;
        return batch.workflows['completed'] === 120 ? batch : undefined;
      });
      expect(seen).toMatchObject({
        status: 'created',
        handled: 120,
        refused: 0,
        workflows: { completed: 120 },
      });
    });

    it('asks its owner before a step that cannot be undone, when nobody approved the plan', async () => {
      const plan = {
        steps: [{ key: 'send', kind: 'data_transform', input: '"sent"', sideEffect: 'irreversible' }],
      };
      const id = await client.create({ plan, autoApprove: true });
      await client.planned(id);
      const asking = await client.stream(id, 1, (all) =>
        all.some(({ type }) => type === 'step.confirmation_requested'),
      );
      expect(asking.map(({ type }) => type)).not.toContain('step.started');
      expect(await client.post(`/workflows/${id}/steps/step_1/confirm`, {})).toMatchObject({ status: 200 });
      expect(await client.closed(id)).toMatchObject({ status: 'completed' });
    });

    it('computes with JSONata what costs nothing, without a hold', async () => {
      const before = await client.balance();
      const done = await client.run(free('{"squares": [1..4].($ * $), "upper": $uppercase("abc")}'));
      expect(await client.result(done.id)).toMatchObject({ value: { squares: [1, 4, 9, 16], upper: 'ABC' } });
      expect(await client.balance()).toEqual(before);
    });

    it('fails at an expression that fails, and gives everything back', async () => {
      const before = await client.balance();
      const done = await client.run(free('$error("no way")'));
      expect([done.status, done.spentMicro]).toEqual(['failed', '0']);
      expect(await client.balance()).toEqual(before);
      const receipt = await client.receipt(done.id);
      expect((await client.verify('rcpt_any', receipt)).valid).toBe(true);
    });

    it('keeps a large output as an artifact that only its owner gets', async () => {
      const done = await client.run(free('{"rows": [1..4000].{"n": $, "text": "row number " & $string($)}}'));
      const { stepResults } = await client.steps(done.id);
      const { outputRef } = stepResults.find(({ outputRef: ref }) => ref)!;
      const read = await client.get<{ rows: unknown[] }>(`/artifacts/${outputRef!.sha256}`);
      expect(read.status).toBe(200);
      expect(read.body.rows).toHaveLength(4_000);
      expect(await client.result(done.id)).toMatchObject({ value: { rows: { length: 4_000 } } });
      const other = new Client(client.url, await installed().addUser('user_reader'));
      const refused = await other.get(`/artifacts/${outputRef!.sha256}`);
      expect([refused.status, refused.body.code]).toEqual([404, 'NOT_FOUND']);
      expect((await client.get(`/artifacts/${createHash('sha256').update('x').digest('hex')}`)).status).toBe(
        404,
      );
    });

    it('can be cancelled while it runs: what was not spent comes back', async () => {
      const before = await client.balance();
      const planned = await client.begin(statistics());
      const answer = await client.post(`/workflows/${planned.id}/cancel`, { reason: 'changed my mind' });
      expect([200, 202, 409]).toContain(answer.status);
      const done = await client.closed(planned.id);
      const after = await client.balance();
      expect(after).toEqual({
        available: before.available - BigInt(done.spentMicro),
        held: 0n,
        total: before.total - BigInt(done.spentMicro),
      });
    });
  });

/** A plan numbers its steps; the forked one's are told apart by what they do. */
function idsOf({ plan }: WorkflowDoc) {
  const { steps } = plan!;
  const find = (wanted: (step: PlanStepDoc) => boolean) => steps.find(wanted)!.id;
  const many = find(({ kind }) => kind === 'conditional');
  return {
    many,
    dear: find(({ service }) => service?.id === 'statistics-desk'),
    cheap: find(({ kind, dependencies }) => kind === 'data_transform' && dependencies.includes(many)),
  };
}
