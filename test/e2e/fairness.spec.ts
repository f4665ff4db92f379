import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';
import { gate } from '../kit/gate.js';
import { type Installed, startInstalled } from '../kit/installation.js';
import { Client, until } from './kit/client.js';

const START_MS = 120_000;
const PATIENCE_MS = 60_000;
/** calls of the service under way at once, over all users */
const AT_ONCE = 2;
const BATCH = 40;

/** A service that costs nothing, answers when the test lets it, and notes who calls it and how many at once. */
class SlowService {
  readonly calls: string[] = [];
  readonly answers = gate();
  most = 0;
  private running = 0;
  private terms: { readonly network: string; readonly mint: string } | undefined;
  private readonly server: Server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', this.url).pathname;
    const text = Buffer.concat(await request.toArray()).toString();
    const body = path === '/discovery/resources' ? this.listing() : await this.work(JSON.parse(text));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  open = () => new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
  close = () => new Promise((done) => this.server.close(done).closeAllConnections());
  takes = (chain: Installed['chain']) => {
    this.terms = chain;
  };

  private async work({ who }: { readonly who: string }) {
    this.calls.push(who);
    this.most = Math.max(this.most, ++this.running);
    await this.answers.opened;
    this.running--;
    return { ok: true };
  }

  private listing() {
    const { network, mint: asset } = this.terms ?? { network: '', mint: '' };
    const payTo = '1'.repeat(32);
    const item = {
      resource: `${this.url}/work`,
      type: 'http',
      x402Version: 2,
      accepts: [{ scheme: 'exact', network, asset, amount: '0', payTo }],
      description: 'Takes its time',
      mimeType: 'application/json',
      serviceName: 'slow',
      tags: ['slow'],
      extensions: {
        bazaar: {
          info: {
            input: { type: 'http', method: 'POST', bodyType: 'json', body: {} },
            output: { type: 'json' },
          },
          schema: { type: 'object', properties: { output: {} } },
        },
        quittance: {
          v: 1,
          id: 'slow',
          capability: 'take-time',
          inputs: [{ name: 'who', type: 'string', optional: false, description: 'who asks' }],
          output: 'json',
          reputation: 10_000,
          uptime: 1,
          // what a call may take is reckoned from this: more than the test waits
          latencyMs: 6_000,
        },
      },
    };
    return { x402Version: 2, items: [item], pagination: { limit: 100, offset: 0, total: 1 } };
  }
}

const runOf = (who: string) => ({
  plan: { steps: [{ key: 'only', kind: 'service_call', serviceId: 'slow', input: JSON.stringify({ who }) }] },
  autoApprove: true,
});

interface Waiting {
  readonly key: string;
  readonly waiting: number;
  readonly inFlight: number;
  readonly because: string | null;
}

describe('a service with a limit, and a user with a batch of runs that call it', () => {
  const service = new SlowService();
  let folder: TemporaryFolder;
  let installed: Installed;
  let operator: Client;

  beforeAll(async () => {
    folder = temporaryFolder();
    await service.open();
    installed = await startInstalled(folder.path, {
      REGISTRY_URL: service.url,
      SERVICE_LIMITS: `slow=${AT_ONCE}`,
    });
    service.takes(installed.chain);
    operator = Client.of(installed);
  }, START_MS);

  afterAll(async () => {
    await installed?.stop();
    await service.close();
    folder.remove();
  });

  it(
    'another user is next, both see what is waited for, and the limit holds',
    async () => {
      const batch = new Client(installed.url, await installed.addUser('user_batch'));
      const single = new Client(installed.url, await installed.addUser('user_single'));
      for (const client of [batch, single])
        await until(
          async () => ((await client.get('/services')).status === 200 ? true : undefined),
          PATIENCE_MS,
        );
      const ids = await Promise.all(Array.from({ length: BATCH }, () => batch.create(runOf('batch'))));
      const look = async () =>
        (await operator.get<{ users: Waiting[]; services: Waiting[] }>('/monitor/waiting')).body;
      const seen = await until(async () => {
        const { users, services } = await look();
        const mine = users.find(({ key }) => key === 'user_batch');
        // until the service has all the calls it takes, a run is merely not at the head of its queue
        return mine?.because === 'service_concurrency' && mine.waiting > BATCH / 2 ? services : undefined;
      }, PATIENCE_MS);
      expect(seen).toEqual([expect.objectContaining({ key: 'slow', limit: { concurrency: AT_ONCE } })]);

      const id = await single.create(runOf('single'));
      await until(async () => {
        const mine = (await look()).users.find(({ key, waiting }) => key === 'user_single' && waiting > 0);
        return mine?.because === 'service_concurrency' ? mine : undefined;
      }, PATIENCE_MS);
      const shown = await until(async () => {
        const { body } = await single.get<{ workflow: { waiting: object | null } }>(`/workflows/${id}`);
        return body.workflow.waiting ?? undefined;
      }, PATIENCE_MS);
      expect(shown).toMatchObject({ waiting: 1, because: 'service_concurrency' });
      expect(service.calls).toEqual(Array(AT_ONCE).fill('batch'));

      service.answers.open();
      expect(await single.ended(id)).toMatchObject({ status: 'completed' });
      // after the calls it came behind, and those whose turn had come by then, it is among the next, which arrive in any order
      expect(service.calls.indexOf('single')).toBeLessThan(3 * AT_ONCE);

      for (const one of ids) expect(await batch.ended(one)).toMatchObject({ status: 'completed' });
      expect(service.calls.filter((who) => who === 'batch')).toHaveLength(BATCH);
      expect(service.most).toBe(AT_ONCE);
      // a run is over a little before the queue has heard that its last job is
      await until(async () => ((await look()).services.length === 0 ? true : undefined), PATIENCE_MS);
    },
    START_MS,
  );
});
