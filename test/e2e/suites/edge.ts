import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Installed } from '../../kit/installation.js';
import { Client, type WorkflowDoc } from '../kit/client.js';
import { statistics } from '../kit/plans.js';

export const edge = (installed: () => Installed) =>
  describe('the edge', () => {
    let client: Client;

    beforeAll(async () => {
      client = Client.of(installed());
      await client.funded(1n);
    });

    it('creates once for one Idempotency-Key, and refuses the key for anything else', async () => {
      const key = { 'idempotency-key': `create-${Date.now()}` };
      const answers = await Promise.all(
        [1, 2, 3].map(() =>
          client.post<{ workflow: { id: string } }>('/workflows/create', statistics(), key),
        ),
      );
      const made = answers.filter(({ status }) => status === 201).map(({ body }) => body.workflow.id);
      for (const { status, body } of answers)
        expect([status, body.code]).toEqual(status === 201 ? [201, undefined] : [409, 'IN_FLIGHT']);
      const again = await client.post<{ workflow: { id: string } }>('/workflows/create', statistics(), key);
      expect(new Set([...made, again.body.workflow.id]).size).toBe(1);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      const other = await client.post('/workflows/create', { ...statistics(), maxCost: 1 }, key);
      expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
    });

    it('approves once for one Idempotency-Key, and answers the same again', async () => {
      const planned = await client.planned(await client.create(statistics()));
      const key = { 'idempotency-key': `approve-${Date.now()}` };
      const path = `/workflows/${planned.id}/approve`;
      const first = await client.post(path, {}, key);
      const again = await client.post(path, {}, key);
      expect([first.status, again.status]).toEqual([200, 200]);
      expect(again.body).toEqual(first.body);
      await client.closed(planned.id);
      expect((await client.post(path, {}, key)).body).toEqual(first.body);
    });

    it('reads its own writes with X-Min-Position', async () => {
      for (let round = 0; round < 10; round++) {
        const created = await client.post<{ workflow: { id: string } }>('/workflows/create', statistics());
        const at = { 'x-min-position': created.headers.get('x-position')! };
        const read = await client.get<{ workflow: WorkflowDoc }>(
          `/workflows/${created.body.workflow.id}`,
          at,
        );
        expect([read.status, read.body.error]).toEqual([200, undefined]);
      }
    });

    it('acts only on what its caller has seen, with If-Match', async () => {
      const planned = await client.planned(await client.create(statistics()));
      const { headers } = await client.get(`/workflows/${planned.id}`);
      const path = `/workflows/${planned.id}/cancel`;
      const stale = await client.post(path, {}, { 'if-match': '"0"' });
      expect([stale.status, stale.body.code]).toEqual([412, 'PRECONDITION_FAILED']);
      expect((await client.post(path, {}, { 'if-match': headers.get('etag')! })).status).toBe(200);
    });

    it('pages through the history without loss', async () => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const path: string = `/workflows/history?limit=3${cursor ? `&cursor=${cursor}` : ''}`;
        const { body } = await client.get<{ workflows: { id: string }[]; nextCursor: string | null }>(path);
        seen.push(...body.workflows.map(({ id }) => id));
        cursor = body.nextCursor;
      } while (cursor);
      const { body } = await client.get<{ workflows: { id: string }[]; total: number }>(
        '/workflows/history?limit=200',
      );
      expect(seen).toEqual(body.workflows.map(({ id }) => id));
      expect(new Set(seen).size).toBe(body.total);
    });

    it('describes itself on a page that needs nothing from elsewhere', async () => {
      const page = String((await client.get('/docs')).body);
      expect(page).toMatch(/<html/i);
      expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
      const local = [...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map(
        ([, path]) => new URL(path!, `${client.url}/docs`),
      );
      for (const { href } of local) expect([href, (await fetch(href)).status]).toEqual([href, 200]);
    });

    it('says how it is', async () => {
      const { status, body } = await client.get<{ status: string }>('/health');
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'healthy' });
      for (const path of ['/health/live', '/health/ready'])
        expect((await fetch(client.url + path)).status).toBe(200);
      const metrics = String((await client.get('/metrics')).body);
      expect(metrics).toMatch(/^# HELP /m);
    });

    it('folds a stream at any revision for its owner', async () => {
      const { body } = await client.get<{ workflows: { id: string }[] }>(
        '/workflows/history?limit=1&status=completed',
      );
      const stream = `workflow-${body.workflows[0]!.id}`;
      const at = async (revision: number) =>
        (await client.get<{ state: { status: string } }>(`/audit/streams/${stream}?at=${revision}`)).body
          .state.status;
      expect(await at(0)).toBe('planning');
      const now = await client.get<{ state: { status: string } }>(`/audit/streams/${stream}`);
      expect(now.body.state.status).toBe('closed');
    });
  });
