import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NatsConnection } from '@nats-io/transport-node';
import { IMPATIENT } from '../../../test/contracts/job-queue.contract.js';
import { type Gate, gate } from '../../../test/kit/gate.js';
import { type FreshNats, freshNats } from '../../../test/kit/nats.js';
import type { Job, JobWorker } from '../../ports/jobs.js';
import { connectNats } from './connection.js';
import { NatsJobQueue } from './job-queue.js';

const job = (id: string, owner: string): Job => ({
  kind: 'step',
  priority: 'normal',
  id,
  correlationId: 'wf_1',
  payload: {},
  owner,
  service: 'slow',
});

describe('what workers of several processes were handed past the queue', () => {
  let nats: FreshNats;
  let answer: Gate;
  const connections: NatsConnection[] = [];
  const workers: JobWorker[] = [];

  /** As a process of its own would have it. */
  const open = async (tellHandedMs = 20) => {
    const connection = await connectNats(nats.url);
    connections.push(connection);
    const queue = await NatsJobQueue.open(connection, {
      prefix: nats.prefix,
      timing: IMPATIENT,
      tellHandedMs,
    });
    const worker = await queue.work('step', 8, () => answer.opened);
    workers.push(worker);
    const handOver = async (id: string, owner: string) =>
      expect(await worker.handOver(job(id, owner))).toBeDefined();
    return { queue, connection, handOver };
  };
  type Queue = Pick<NatsJobQueue, 'view' | 'depth'>;
  const inFlight = async ({ view }: Queue, owner?: string) =>
    Object.fromEntries((await view.flows(10, owner)).map(({ flow, inFlight }) => [flow.owner, inFlight]));
  const until = async (queue: Queue, expected: object) => {
    while (JSON.stringify(await inFlight(queue)) !== JSON.stringify(expected))
      await new Promise((resolve) => setTimeout(resolve, 5));
  };

  beforeEach(async () => {
    nats = await freshNats();
    answer = gate();
  });
  afterEach(async () => {
    answer.open();
    await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
    await Promise.all(connections.splice(0).map((connection) => connection.close()));
    await nats.close();
  });

  it('is seen by each of them, and by one that has no workers', async () => {
    const [one, other] = [await open(), await open()];
    const onlooker = await NatsJobQueue.open(nats.connection, { prefix: nats.prefix, timing: IMPATIENT });
    const before = new Date().toISOString();
    await one.handOver('a', 'ann');
    await one.handOver('b', 'ann');
    await other.handOver('c', 'ann');
    await other.handOver('d', 'bob');
    for (const { queue } of [one, other]) await until(queue, { ann: 3, bob: 1 });
    await until(onlooker, { ann: 3, bob: 1 });
    expect(await inFlight(onlooker, 'bob')).toEqual({ bob: 1 });
    expect(await onlooker.depth()).toEqual({ step: 4, dead: 0 });
    const [{ waiting, oldestAt }] = (await onlooker.view.queues()) as never as [
      { waiting: number; oldestAt: string },
    ];
    expect(waiting).toBe(0);
    const times = [before, oldestAt, new Date().toISOString()];
    expect(times).toEqual(times.toSorted());
  });

  it('is seen no more once it is done', async () => {
    const [one, other] = [await open(), await open()];
    await one.handOver('a', 'ann');
    await until(other.queue, { ann: 1 });
    answer.open();
    await until(other.queue, {});
  });

  it('is forgotten when nothing is heard of who had it', async () => {
    const [one, other] = [await open(), await open()];
    await one.handOver('a', 'ann');
    await until(other.queue, { ann: 1 });
    await one.connection.close();
    await until(other.queue, {});
    expect(await inFlight(one.queue).catch(() => 'nobody to ask')).toBe('nobody to ask');
  });

  it('is told by nobody who has nothing', async () => {
    const heard: string[] = [];
    const untilHeard = async (words: string) => {
      while (!heard.at(-1)?.includes(words)) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    nats.connection.subscribe(`${nats.prefix}.handed`, {
      callback: (_, message) => void heard.push(message.string()),
    });
    const one = await open(5);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toEqual([]);
    await one.handOver('a', 'ann');
    // done before it was told, it would never be
    await untilHeard('ann');
    answer.open();
    await untilHeard('"flows":[]');
    const told = heard.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toHaveLength(told);
  });

  it.each(['not JSON', '{}', '{"from":"x","flows":[["step.normal",-1,0]]}', '{"from":"x","flows":[["a"]]}'])(
    'is not made up by what cannot be read: %s',
    async (rubbish) => {
      const [one, other] = [await open(), await open()];
      nats.connection.publish(`${nats.prefix}.handed`, rubbish);
      await other.handOver('a', 'ann');
      await until(one.queue, { ann: 1 });
    },
  );
});
