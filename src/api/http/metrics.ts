import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ApiDependencies } from '../dependencies.js';
import { observeLedger } from '../operator/ledger-metrics.js';
import { observeParked } from '../operator/parked-metrics.js';
import { observeQueues } from '../operator/queue-metrics.js';

/** Breakers counted at most. */
const BREAKERS = 1_000;

/** What Prometheus scrapes. Labels are routes and statuses, never ids. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests: Histogram<'method' | 'route' | 'status'>;

  constructor(
    api: Pick<
      ApiDependencies,
      'vitals' | 'breakers' | 'queues' | 'reconciliation' | 'readModels' | 'clock' | 'log'
    >,
  ) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Histogram({
      name: 'quittance_http_request_seconds',
      help: 'Time to answer, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    });
    new Gauge({
      name: 'quittance_jobs',
      help: 'Jobs waiting and in flight by kind; dead ones under dead',
      labelNames: ['kind'],
      registers,
      async collect() {
        for (const [kind, depth] of Object.entries(await api.vitals.queueDepth())) this.set({ kind }, depth);
      },
    });
    observeQueues(this.registry, api);
    observeLedger(this.registry, api);
    observeParked(this.registry, api);
    new Gauge({
      name: 'quittance_breakers',
      help: 'Services by the state of their breaker; one that never failed is not counted',
      labelNames: ['state'],
      registers,
      async collect() {
        // a scrape says what can be said: without the breakers this figure is absent
        const moved = await api.breakers.all(BREAKERS).catch(() => null);
        if (!moved) return this.reset();
        const states = moved.map(({ breaker }) => breaker.is);
        for (const state of ['closed', 'half-open', 'open'] as const)
          this.set({ state }, states.filter((is) => is === state).length);
      },
    });
  }

  observe(server: FastifyInstance): void {
    server.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'unknown';
      this.requests.observe(
        { method: request.method, route, status: reply.statusCode },
        reply.elapsedTime / 1_000,
      );
      done();
    });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
