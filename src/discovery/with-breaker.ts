import type { StepExecutor } from '../execution/step-runner.js';
import type { ServiceBreakers } from './service-breakers.js';

/** Steps of a service whose breaker is open fail at once, before anything is asked or paid. */
export const withBreaker =
  (breakers: Pick<ServiceBreakers, 'guard'>, execute: StepExecutor): StepExecutor =>
  (work) => {
    const { service } = work.step;
    return service ? breakers.guard(service.id, work.signal, () => execute(work)) : execute(work);
  };
