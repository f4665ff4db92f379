import { beforeAll, describe, expect, it } from '@jest/globals';
import { type IssuerKey, verifyReceipt } from '../../../src/verifier/index.js';
import { DescribedMessages } from '../../kit/described-messages.js';
import type { Installed } from '../../kit/installation.js';
import { landed, onceEach, paymentsOf } from '../kit/chain.js';
import { Client, type StreamMessage, type Verdict, type WorkflowDoc } from '../kit/client.js';
import { NOBODY_ELSE, TAKINGS } from '../kit/files.js';

interface Proven {
  readonly statement: {
    readonly receiptId: string;
    readonly totalCost: string | null;
    readonly level: string;
  };
  readonly proof: {
    readonly circuitId: string;
    readonly circuitVersion: string;
    readonly proof: Record<string, unknown>;
    readonly publicSignals: string[];
  };
}

const numbered = (messages: readonly StreamMessage[]) => messages.flatMap(({ seq }) => seq ?? []);
const hasType = (type: string) => (messages: readonly StreamMessage[]) =>
  messages.some((message) => message.type === type);

export const mainJob = (installed: () => Installed) =>
  describe('a request with a CSV file, from words to a proven receipt', () => {
    let client: Client;
    let told: Promise<StreamMessage[]>;
    let before: Awaited<ReturnType<Client['balance']>>;
    let during: typeof before;
    let after: typeof before;
    let planned: WorkflowDoc;
    let done: WorkflowDoc;
    let receipt: Proven;
    let issuerKeys: IssuerKey[];

    beforeAll(async () => {
      client = Client.of(installed());
      await client.funded(1n);
      before = await client.balance();
      const id = await client.create({
        input: `Analyse the trend of the takings in my file and write an HTML report with a chart for ${NOBODY_ELSE}`,
        files: [TAKINGS],
        verificationLevel: 'zero-knowledge',
        maxCost: 5,
      });
      planned = await client.planned(id);
      told = client.stream(id, 1, hasType('receipt.proven'));
      const approved = await client.approve(id, planned.plan!.planHash);
      const at = { 'x-min-position': approved.headers.get('x-position')! };
      during = await client.balance(at);
      done = await client.closed(id);
      after = await client.balance();
      receipt = (await client.receipt(id, 'proof')) as unknown as Proven;
      const keys = await client.get<{ keys: IssuerKey[] }>('/.well-known/quittance-keys.json');
      issuerKeys = keys.body.keys;
    });

    it('plans services that read the file, analyse it, draw it and write it up', () => {
      const services = planned.plan!.steps.flatMap(({ service }) => service?.id ?? []);
      expect(services).toContain('parse-table');
      expect(services).toContain('report-html');
      expect(services.some((id) => id.startsWith('trend-'))).toBe(true);
      expect(services.some((id) => id.startsWith('chart-'))).toBe(true);
    });

    it('holds what the plan may cost and nothing more while it runs', () => {
      const budget = BigInt(planned.plan!.maxCostMicro);
      expect(budget).toBeGreaterThan(0n);
      expect(during.total).toBeLessThanOrEqual(before.total);
      expect(before.total - during.available).toBe(budget);
      expect(during.available + during.held).toBe(during.total);
    });

    it('takes what was spent and releases the rest', () => {
      expect(done.status).toBe('completed');
      const paid = done.payments.reduce((sum, { amountMicro }) => sum + BigInt(amountMicro), 0n);
      expect(BigInt(done.spentMicro)).toBe(paid);
      expect(after).toEqual({ available: before.available - paid, held: 0n, total: before.total - paid });
    });

    it('pays each step once, and the chain says so', async () => {
      expect(await paymentsOf(installed(), client, done)).toEqual(onceEach(done));
      for (const { id, signature } of done.payments)
        expect(await landed(installed(), client, id)).toEqual([signature]);
    });

    it('gives a self-contained HTML page for a result', async () => {
      const { status, body, headers } = await client.get(`/workflows/${done.id}/result?download=1`);
      const page = String(body);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/html');
      expect(headers.get('content-security-policy')).toContain('sandbox');
      expect(page).toMatch(/^<!doctype html>/i);
      expect(page).toContain('image/svg+xml');
      expect(page).toContain('takings');
      expect(page).not.toMatch(/(src|href)="https?:/);
    });

    it('tells the stream from 1 without gap or double', async () => {
      const messages = await told;
      expect(messages[0]?.type).toBe('connected');
      const numbers = numbered(messages);
      expect(numbers).toEqual(numbers.map((_, i) => i + 1));
      const types = messages.map(({ type }) => type);
      for (const type of [
        'workflow.planning',
        'workflow.plan_ready',
        'workflow.awaiting_approval',
        'workflow.approved',
        'workflow.executing',
        'step.started',
        'payment.submitted',
        'payment.confirmed',
        'step.completed',
        'workflow.completed',
        'workflow.closed',
        'receipt.issued',
        'receipt.proven',
      ])
        expect(types).toContain(type);
    });

    it('says nothing in it that the AsyncAPI document it serves does not describe', async () => {
      const { body } = await client.get('/docs/asyncapi.json');
      const described = new DescribedMessages(body);
      expect((await told).flatMap((message) => described.wrongIn(message))).toEqual([]);
    });

    it('resumes the stream where a client left it', async () => {
      const all = (await told).filter(({ seq }) => seq !== undefined);
      const rest = await client.stream(done.id, 7, hasType('receipt.proven'));
      expect(rest.filter(({ seq }) => seq !== undefined)).toEqual(all.slice(6));
    });

    it('shows the same history over HTTP', async () => {
      const { body } = await client.get<{ events: StreamMessage[] }>(
        `/workflows/${done.id}/events?limit=200`,
      );
      const all = (await told).filter(({ seq }) => seq !== undefined);
      expect(body.events.slice(0, all.length)).toEqual(all);
    });

    it('issues a receipt that verifies offline', async () => {
      const verdict = await verifyReceipt(receipt, { issuerKeys, allowDevelopmentKeys: true });
      expect(verdict.checks.filter(({ passed, required }) => required && !passed)).toEqual([]);
      expect(verdict.valid).toBe(true);
      expect(receipt.statement.level).toBe('zero-knowledge');
    });

    it('refuses the development proof where production is asked for', async () => {
      const verdict = await verifyReceipt(receipt, { issuerKeys, allowDevelopmentKeys: false });
      expect(verdict.valid).toBe(false);
    });

    it('verifies the receipt over HTTP, and not one with a digit changed', async () => {
      const { receiptId } = receipt.statement;
      expect((await client.verify(receiptId, receipt)).valid).toBe(true);
      const forged = { ...receipt, statement: { ...receipt.statement, maxCost: '9' } };
      const verdict = await client.verify(receiptId, forged);
      expect(verdict.valid).toBe(false);
      expect(verdict.checks.filter(({ passed }) => !passed).map(({ name }) => name)).toContain('signature');
    });

    it('verifies the bare proof, and neither another signal nor another proof', async () => {
      const { circuitId, circuitVersion, proof, publicSignals } = receipt.proof;
      const ask = async (body: object) => (await client.post<Verdict>('/proofs/verify', body)).body;
      const asked = { circuitId, circuitVersion, proof, publicSignals };
      expect((await ask(asked)).valid).toBe(true);
      const last = publicSignals.at(-1)!;
      const digit = String((Number(last.at(-1)) + 1) % 10);
      const other = [...publicSignals.slice(0, -1), last.slice(0, -1) + digit];
      const forged = await ask({ ...asked, publicSignals: other });
      expect(forged.valid).toBe(false);
      expect(forged.checks.filter(({ passed }) => !passed).map(({ name }) => name)).toContain('proof');
      expect((await ask({ ...asked, proof: { ...proof, pi_a: ['1', '2', '1'] } })).valid).toBe(false);
    });

    it('lets a stranger read and verify a receipt only once it is shared', async () => {
      const { receiptId } = receipt.statement;
      const read = () => fetch(`${client.url}/receipts/${receiptId}`);
      expect((await read()).status).toBe(404);
      const shared = await client.post(`/receipts/${receiptId}/share`, { shared: true });
      expect(shared.status).toBe(200);
      await client.get('/health', { 'x-min-position': shared.headers.get('x-position')! });
      expect((await read()).status).toBe(200);
    });
  });
