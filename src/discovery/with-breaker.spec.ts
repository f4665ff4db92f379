import { describe, expect, it } from '@jest/globals';
import { MemoryBreakerStore } from '../adapters/memory/breaker-store.js';
import { systemChance } from '../adapters/system/chance.js';
import type { StepExecutor } from '../execution/step-runner.js';
import { isRefusal, Refusal } from '../kernel/errors.js';
import { ZERO } from '../kernel/money.js';
import { ServiceBreakers } from './service-breakers.js';
import { withBreaker } from './with-breaker.js';

const silent = () => undefined;
const log = { info: silent, warn: silent, error: silent };

/** What an executor is asked for, as far as a breaker looks at it. */
const asked = (serviceId: string | undefined) =>
  ({
    step: serviceId === undefined ? {} : { service: { id: serviceId } },
    signal: new AbortController().signal,
  }) as unknown as Parameters<StepExecutor>[0];

describe('steps behind breakers', () => {
  it('are not executed once their service has failed five times; steps of others and of none are', async () => {
    const executed: (string | undefined)[] = [];
    const breakers = new ServiceBreakers(new MemoryBreakerStore(), { now: () => 1 }, systemChance, log);
    const execute = withBreaker(breakers, async ({ step }) => {
      executed.push(step.service?.id);
      if (step.service?.id !== 'broken') return { output: 'done', cost: ZERO };
      throw new Refusal('SERVICE_UNREACHABLE', 'It cannot be reached.', {}, 'retryable');
    });
    const codes: unknown[] = [];
    for (let attempt = 0; attempt < 6; attempt++)
      await execute(asked('broken')).catch((error: unknown) =>
        codes.push(isRefusal(error) ? `${error.code} ${error.kind}` : error),
      );
    await execute(asked('sound'));
    await execute(asked(undefined));
    expect(codes).toEqual([
      ...Array.from({ length: 5 }, () => 'SERVICE_UNREACHABLE retryable'),
      'BREAKER_OPEN retryable',
    ]);
    expect(executed).toEqual(['broken', 'broken', 'broken', 'broken', 'broken', 'sound', undefined]);
  });
});
