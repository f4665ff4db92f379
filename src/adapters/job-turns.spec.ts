import { describe, expect, it } from '@jest/globals';
import type { Admission, JobFlow, JobLimits } from '../ports/jobs.js';
import { JobTurns } from './job-turns.js';

const flowOf = (owner: string): JobFlow =>
  ({ key: `step.${owner}`, kind: 'step', owner, service: 'slow', priority: 'normal' }) as JobFlow;
const batch = flowOf('batch');
const single = flowOf('single');

/** A service that takes one call at a time, whose permits are asked for over a wire: answers come when told. */
class OneAtATime implements JobLimits {
  private readonly listeners: Parameters<JobLimits['onRelease']>[0][] = [];
  private readonly wire: (() => void)[] = [];
  private busy = 0;

  onRelease: JobLimits['onRelease'] = (listener) => void this.listeners.push(listener);

  admit(): Promise<Admission> {
    const free = this.busy === 0;
    if (free) this.busy++;
    const answer: Admission = free
      ? { admitted: true, permit: { release: () => this.release() } }
      : { admitted: false, because: 'service_concurrency', retryIn: 60_000 };
    return new Promise((resolve) => this.wire.push(() => resolve(answer)));
  }

  async answer(): Promise<void> {
    this.wire.shift()?.();
    await new Promise(setImmediate);
  }

  private release(): void {
    this.busy--;
    for (const listener of this.listeners) listener({ service: 'slow' });
  }
}

describe('turns of flows whose service is full', () => {
  it('go to who waited longest, also when the service became free while it was being asked', async () => {
    const limits = new OneAtATime();
    const turns = new JobTurns(limits, () => undefined);
    turns.set(batch, 100);
    const first = turns.take(1);
    await limits.answer();
    const [running] = await first;

    turns.add(single);
    const next = turns.take(1);
    running!.permit.release();
    await limits.answer();
    await limits.answer();
    expect((await next).map(({ flow }) => flow.owner)).toEqual(['single']);
    turns.stop();
  });
});

describe('a turn past the queue', () => {
  const past = async (turns: JobTurns, flow: JobFlow, hands: number) =>
    (await turns.takePastQueue(flow, hands)) !== undefined;

  it('is given where each that waits has a hand of its own, and to nobody else', async () => {
    const turns = new JobTurns(undefined, () => undefined);
    expect(await past(turns, single, 1)).toBe(true);
    turns.set(batch, 3);
    expect(await past(turns, single, 3)).toBe(false);
    expect(await past(turns, single, 4)).toBe(true);
    expect((await turns.take(5)).map(({ flow }) => flow)).toEqual([batch, batch, batch]);
  });

  it('costs what any other costs: who had many goes behind who had none', async () => {
    const turns = new JobTurns(undefined, () => undefined);
    const other = flowOf('other');
    turns.set(other, 1);
    for (let n = 0; n < 8; n++) await past(turns, batch, 10);
    turns.set(batch, 4);
    turns.set(single, 4);
    const owners = (await turns.take(5)).map(({ flow }) => flow.owner);
    expect(owners).not.toContain('batch');
  });

  it('is not given beside one who waits for the same limit', async () => {
    const limits = new OneAtATime();
    const turns = new JobTurns(limits, () => undefined);
    const first = turns.takePastQueue(batch, 100);
    await limits.answer();
    expect(await first).toBeDefined();
    turns.add(batch);
    const held = turns.take(1);
    await limits.answer();
    expect(await held).toEqual([]);
    expect(await past(turns, single, 100)).toBe(false);
    turns.stop();
  });
});

/** Admits so many at once, and says what it was asked for together. */
class Some implements JobLimits {
  readonly asked: number[] = [];
  private readonly listeners: Parameters<JobLimits['onRelease']>[0][] = [];
  private now = 0;

  constructor(private free: number) {}

  onRelease: JobLimits['onRelease'] = (listener) => void this.listeners.push(listener);

  async admit({ owner }: JobFlow): Promise<Admission> {
    this.now++;
    await new Promise(setImmediate);
    if (this.now > 0) this.asked.push(this.now);
    this.now = 0;
    if (this.free === 0) return { admitted: false, because: 'user_concurrency', retryIn: 60_000 };
    this.free--;
    const release = () => {
      this.free++;
      for (const listener of this.listeners) listener({ owner });
    };
    return { admitted: true, permit: { release } };
  }
}

describe('turns of the only flow that waits', () => {
  const taken = async (turns: JobTurns, count = 64) => (await turns.take(count)).length;

  it('are asked for together, twice as many each time, until one is refused', async () => {
    const limits = new Some(20);
    const turns = new JobTurns(limits, () => undefined);
    turns.set(batch, 100);
    for (const [at, count] of [1, 2, 4, 8, 5, 0].entries())
      expect([at, await taken(turns)]).toEqual([at, count]);
    expect(limits.asked).toEqual([1, 2, 4, 8, 16]);
    expect([turns.waiting(batch.key), turns.isIdle]).toEqual([80, true]);
    turns.stop();
  });

  it('go on with one when something is released', async () => {
    const limits = new Some(1);
    let ready = 0;
    const turns = new JobTurns(limits, () => ready++);
    turns.set(batch, 3);
    const [first] = await turns.take(64);
    expect(await taken(turns)).toBe(0);
    ready = 0;
    first!.permit.release();
    expect([ready, await taken(turns)]).toEqual([1, 1]);
    expect(turns.waiting(batch.key)).toBe(1);
    turns.stop();
  });

  it('are tried again when something was released while they were asked for', async () => {
    const limits = new OneAtATime();
    let ready = 0;
    const turns = new JobTurns(limits, () => ready++);
    turns.set(batch, 3);
    const first = turns.take(64);
    await limits.answer();
    const [running] = await first;
    const next = turns.take(64);
    running!.permit.release();
    ready = 0;
    await limits.answer();
    await limits.answer();
    expect([await next, ready, turns.isIdle]).toEqual([[], 1, false]);
    turns.stop();
  });

  it('take nothing from one who came meanwhile', async () => {
    const turns = new JobTurns(new Some(100), () => undefined);
    turns.set(batch, 100);
    await turns.take(64);
    const asking = turns.take(64);
    turns.set(single, 2);
    expect((await asking).map(({ flow }) => flow)).toEqual([batch, batch]);
    expect([turns.waiting(batch.key), turns.waiting(single.key)]).toEqual([97, 2]);
    expect((await turns.take(2)).map(({ flow }) => flow)).toEqual([single, single]);
    turns.stop();
  });
});
