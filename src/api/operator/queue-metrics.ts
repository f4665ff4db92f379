import { Gauge, type Registry } from 'prom-client';
import type { QueueFigures } from '../../ports/jobs.js';
import type { ApiDependencies } from '../dependencies.js';

/** Jobs by kind and priority. A scrape says what can be said: without the queue these figures are absent. */
export function observeQueues(
  registry: Registry,
  api: Pick<ApiDependencies, 'queues' | 'clock' | 'log'>,
): void {
  const measure = measuring(api);
  const registers = [registry];
  new Gauge({
    name: 'quittance_queue_jobs',
    help: 'Jobs by kind, priority and whether a worker has them',
    labelNames: ['kind', 'priority', 'state'],
    registers,
    async collect() {
      const queues = await measure();
      this.reset();
      for (const { kind, priority, waiting, inFlight } of queues) {
        this.set({ kind, priority, state: 'waiting' }, waiting);
        this.set({ kind, priority, state: 'in_flight' }, inFlight);
      }
    },
  });
  new Gauge({
    name: 'quittance_queue_oldest_seconds',
    help: 'Age of the oldest job that is not done, by kind and priority',
    labelNames: ['kind', 'priority'],
    registers,
    async collect() {
      const queues = await measure();
      this.reset();
      for (const { kind, priority, oldestAt } of queues)
        this.set({ kind, priority }, Math.max(0, api.clock.now() - Date.parse(oldestAt)) / 1_000);
    },
  });
}

/** Both gauges of one scrape ask once. */
function measuring({ queues, log }: Pick<ApiDependencies, 'queues' | 'log'>) {
  let asked: Promise<readonly QueueFigures[]> | undefined;
  return () => {
    asked ??= queues
      .queues()
      .catch((error: unknown) => {
        log.warn({ error: String(error) }, 'queues not measured');
        return [];
      })
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
}
