import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { IMPATIENT } from '../../../test/contracts/job-queue.contract.js';
import { Seen } from '../../../test/kit/gate.js';
import { type FreshNats, freshNats } from '../../../test/kit/nats.js';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import type { Job, JobWorker } from '../../ports/jobs.js';
import { connectNats } from './connection.js';
import { NatsJobQueue } from './job-queue.js';

const job = (id: string): Job => ({
  kind: 'step',
  priority: 'normal',
  id,
  correlationId: 'wf_1',
  payload: {},
});

/** What only a queue over a network has to bear. */
describe('the NATS job queue', () => {
  let nats: FreshNats;
  let queue: NatsJobQueue;
  const workers: JobWorker[] = [];
  const others: NatsConnection[] = [];
  const openQueue = (connection: NatsConnection, ackWaitMs = IMPATIENT.ackWaitMs) =>
    NatsJobQueue.open(connection, { prefix: nats.prefix, timing: { ...IMPATIENT, ackWaitMs } });
  const work = async (on: NatsJobQueue, handle: Parameters<NatsJobQueue['work']>[2]) =>
    workers.push(await on.work('step', 2, handle));
  const anotherConnection = async () => {
    const connection = await connectNats(nats.url);
    others.push(connection);
    return connection;
  };
  const dead = async () => {
    const { streams } = await jetstreamManager(nats.connection);
    return streams.getMessage(`${nats.prefix}_JOBS_DEAD`, {
      last_by_subj: `${nats.prefix}.dead.step.normal.>`,
    });
  };
  const untilDead = async () => {
    while ((await queue.depth())['dead'] === 0) await new Promise(setImmediate);
  };

  beforeEach(async () => {
    nats = await freshNats();
    queue = await openQueue(nats.connection);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
    await Promise.all(others.splice(0).map((connection) => connection.close()));
    await nats.close();
  });

  it('gives the job of a worker that died to another one', async () => {
    const dying = await anotherConnection();
    const seen = new Seen<[string, number]>();
    await work(await openQueue(dying), async ({ id }, { delivery }) => {
      seen.add([id, delivery]);
      await new Promise(() => undefined);
    });
    await queue.publish([job('a')]);
    await seen.count(1);
    await dying.close();
    await work(queue, async ({ id }, { delivery }) => seen.add([id, delivery]));
    expect(await seen.count(2)).toEqual([
      ['a', 1],
      ['a', 2],
    ]);
  });

  it('gives a job of a worker that died to the next at once, when that one is known to be alone', async () => {
    const seen = new Seen<[string, number]>();
    const dying = await anotherConnection();
    const patient = 60_000;
    await work(await openQueue(dying, patient), async ({ id }, { delivery }) => {
      seen.add([id, delivery]);
      await new Promise(() => undefined);
    });
    const next = await openQueue(nats.connection, patient);
    await next.publish([job('a')]);
    await seen.count(1);
    await dying.close();
    expect(await next.inherit()).toBe(1);
    await work(next, async ({ id }, { delivery }) => seen.add([id, delivery]));
    expect(await seen.count(2)).toEqual([
      ['a', 1],
      ['a', 2],
    ]);
  });

  it('inherits nothing where nothing was in hand', async () => expect(await queue.inherit()).toBe(0));

  it('leaves a job with a worker that takes longer than the ack wait and says so', async () => {
    const seen = new Seen<number>();
    const longer = IMPATIENT.ackWaitMs * 2.5;
    await work(queue, async (_, { delivery }) => {
      seen.add(delivery);
      await new Promise((resolve) => setTimeout(resolve, longer));
    });
    await queue.publish([job('a')]);
    while ((await queue.depth())['step'] !== undefined || seen.all.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(seen.all).toEqual([1]);
  });

  it('buries a job whose workers die one after the other', async () => {
    const seen = new Seen<number>();
    await queue.publish([job('a')]);
    for (let n = 1; n <= LIMITS.jobDeliveries; n++) {
      const dying = await anotherConnection();
      await work(await openQueue(dying, 100), async (_, { delivery }) => {
        seen.add(delivery);
        await new Promise(() => undefined);
      });
      await seen.count(n);
      await dying.close();
    }
    await work(await openQueue(nats.connection, 100), async () => {
      throw new Error('never to be handled again');
    });
    await untilDead();
    expect(seen.all).toEqual([1, 2, 3, 4, 5]);
    expect((await dead())?.header.get('Quittance-Error-Code')).toBe('JOB_DELIVERIES_EXHAUSTED');
  });

  it('keeps a dead job as it was, with the reason', async () => {
    await work(queue, async () => {
      throw new Refusal('WORKFLOW_CLOSED', 'The workflow is closed.');
    });
    await queue.publish([job('a')]);
    await untilDead();
    const letter = await dead();
    expect(letter?.json()).toEqual({ v: 1, ...job('a') });
    expect(letter?.header.get('Quittance-Error-Code')).toBe('WORKFLOW_CLOSED');
    expect(letter?.header.get('Quittance-Error')).toBe('The workflow is closed.');
  });

  it.each(['not JSON', '{}', JSON.stringify({ ...job('a'), extra: 1 })])(
    'buries what it cannot read (%s) and goes on',
    async (rubbish) => {
      const seen = new Seen<string>();
      await work(queue, async ({ id }) => seen.add(id));
      nats.connection.publish(`${nats.prefix}.job.step.normal`, rubbish);
      await queue.publish([job('good')]);
      expect(await seen.count(1)).toEqual(['good']);
      await untilDead();
      expect((await dead())?.header.get('Quittance-Error-Code')).toBe('JOB_UNREADABLE');
    },
  );

  it('makes its streams again when they vanish under a waiting worker, and goes on', async () => {
    const seen = new Seen<string>();
    await work(queue, async ({ id }) => seen.add(id));
    await queue.publish([job('before')]);
    await seen.count(1);
    const { streams } = await jetstreamManager(nats.connection);
    await streams.delete(`${nats.prefix}_JOBS`);
    await streams.delete(`${nats.prefix}_JOBS_DEAD`);
    await queue.publish([job('after'), job('and another')]);
    expect(new Set(await seen.count(3))).toEqual(new Set(['before', 'after', 'and another']));
    expect(await queue.depth()).toMatchObject({ dead: 0 });
  });

  it('survives that a job is lost under the hands of its worker', async () => {
    const seen = new Seen<string>();
    const { streams } = await jetstreamManager(nats.connection);
    await work(queue, async ({ id }) => {
      if (id === 'lost') await streams.delete(`${nats.prefix}_JOBS`);
      seen.add(id);
    });
    await queue.publish([job('lost')]);
    await seen.count(1);
    await queue.publish([job('next')]);
    expect(await seen.count(2)).toEqual(['lost', 'next']);
  });

  it('publishes a thousand jobs without waiting for each', async () => {
    const jobs = Array.from({ length: 1_000 }, (_, n) => job(`j${n}`));
    await queue.publish(jobs);
    expect(await queue.depth()).toEqual({ step: 1_000, dead: 0 });
  });
});
