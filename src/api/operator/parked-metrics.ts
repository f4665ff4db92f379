import { Gauge, type Registry } from 'prom-client';
import { projections } from '../../projections/index.js';
import type { ApiDependencies } from '../dependencies.js';

/** More than none is something for an operator to look at. Without the database this figure is absent. */
export function observeParked(
  registry: Registry,
  { readModels, log }: Pick<ApiDependencies, 'readModels' | 'log'>,
): void {
  new Gauge({
    name: 'quittance_parked_streams',
    help: 'Streams that a read model leaves out since it could not take one of their events',
    labelNames: ['model'],
    registers: [registry],
    async collect() {
      this.reset();
      const parked = await readModels.parked().catch((error: unknown) => {
        log.warn({ error: String(error) }, 'parked streams not measured');
        return undefined;
      });
      if (!parked) return;
      for (const { name } of projections.filter(({ parkedWith }) => parkedWith))
        this.set({ model: name }, parked.filter(({ model }) => model === name).length);
    },
  });
}
