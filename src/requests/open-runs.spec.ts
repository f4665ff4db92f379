import { describe, expect, it } from '@jest/globals';
import { OpenRuns } from './open-runs.js';

/** A read model that lags: it knows what it was told, and counts how often it is asked. */
class Model {
  now = 0;
  asked = 0;
  readonly open = new Set<string>();
  readonly closed = new Set<string>();
  readonly runs = (limit: number) =>
    new OpenRuns(
      async (_userId, ids) => {
        this.asked += 1;
        const known = ids.filter((id) => this.open.has(id) || this.closed.has(id));
        return { open: this.open.size, known };
      },
      { now: () => this.now },
      limit,
    );
}
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `wf_${i}`);
const admit = async (runs: OpenRuns, ids: readonly string[]) =>
  (await Promise.allSettled(ids.map((id) => runs.admit('user_01', id)))).filter(
    ({ status }) => status === 'fulfilled',
  ).length;

describe('the open workflows of a user', () => {
  it('T01 are never more than the limit, however many ask at once', async () => {
    const model = new Model();
    expect(await admit(model.runs(200), numbered(500))).toBe(200);
  });

  it('T01 one more is refused with the limit and what is open', async () => {
    const runs = new Model().runs(3);
    await admit(runs, numbered(3));
    await expect(runs.admit('user_01', 'wf_x')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      kind: 'retryable',
      figures: { limit: 3, open: 3 },
    });
    await runs.admit('user_02', 'wf_y');
  });

  it('T01 counts those that the read model does not know yet, and each once', async () => {
    const model = new Model();
    const runs = model.runs(4);
    await admit(runs, numbered(4));
    model.open.add('wf_0').add('wf_1');
    model.now += 5_000;
    expect(await admit(runs, ['wf_5'])).toBe(0);
    model.closed.add('wf_2');
    model.now += 5_000;
    expect(await admit(runs, ['wf_6', 'wf_7'])).toBe(1);
  });

  it('T01 lets the next one in as soon as the read model knows of an end', async () => {
    const model = new Model();
    const runs = model.runs(2);
    await admit(runs, ['wf_1', 'wf_2']);
    model.open.add('wf_1').add('wf_2');
    model.now += 150;
    expect(await admit(runs, ['wf_3'])).toBe(0);
    model.open.delete('wf_1');
    model.closed.add('wf_1');
    model.now += 150;
    expect(await admit(runs, ['wf_3'])).toBe(1);
  });

  it('T01 asks the read model seldom: once for a user, then once a second, at the limit ten times', async () => {
    const model = new Model();
    const runs = model.runs(1_000);
    for (let i = 0; i < 500; i++) await runs.admit('user_01', `wf_${i}`);
    expect(model.asked).toBe(1);
    model.now += 1_000;
    for (let i = 500; i < 1_000; i++) await runs.admit('user_01', `wf_${i}`);
    expect(model.asked).toBe(2);
    for (let i = 0; i < 1_000; i++) {
      model.now += 1;
      await admit(runs, [`wf_more${i}`]);
    }
    expect(model.asked).toBeLessThanOrEqual(12);
  });

  it('T01 forgets what was not created after all', async () => {
    const model = new Model();
    const runs = model.runs(1);
    await runs.admit('user_01', 'wf_1');
    runs.withdraw('user_01', 'wf_1');
    expect(await admit(runs, ['wf_2'])).toBe(1);
    model.now += 61_000;
    expect(await admit(runs, ['wf_3'])).toBe(1); // wf_2 never became known
  });

  it('T01 are as many as they like without a limit, and nobody is asked', async () => {
    const model = new Model();
    expect(await admit(model.runs(0), numbered(50))).toBe(50);
    expect(model.asked).toBe(0);
  });

  it('T01 an admission that cannot count is refused, and the next one asks again', async () => {
    let broken = true;
    const runs = new OpenRuns(
      async () => {
        if (broken) throw new Error('no database');
        return { open: 0, known: [] };
      },
      { now: () => 0 },
      5,
    );
    await expect(runs.admit('user_01', 'wf_1')).rejects.toThrow('no database');
    broken = false;
    await runs.admit('user_01', 'wf_1');
  });
});
