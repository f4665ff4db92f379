import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryLiveBus } from '../../adapters/memory/live-bus.js';
import type { Sql } from '../../ports/sql.js';
import { RunEndings } from './run-endings.js';

/** A read model that holds the revisions of closed runs, and counts how often it is asked. */
class ClosedRows implements Sql {
  readonly rows = new Map<string, number>();
  asked: (readonly string[])[] = [];
  failing = false;

  query = async <Row extends object>(_text: string, values: readonly unknown[] = []) => {
    const ids = values[0] as readonly string[];
    this.asked.push(ids);
    if (this.failing) throw new Error('away');
    const found = ids.filter((id) => this.rows.has(id));
    return {
      rows: found.map((id) => ({ workflow_id: id, revision: this.rows.get(id) })) as unknown as Row[],
    };
  };
}

const turns = async (count = 5) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('whoever waits for a run to end', () => {
  let sql: ClosedRows;
  let live: MemoryLiveBus;
  let endings: RunEndings;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    sql = new ClosedRows();
    live = new MemoryLiveBus();
    endings = new RunEndings(sql, live);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is told when it is announced, and nothing is read for it', async () => {
    const waiting = endings.of('wf_1', 60_000);
    await turns();
    expect(sql.asked).toEqual([['wf_1']]);
    live.publish('closed.wf_1', { revision: 7 });
    expect(await waiting).toBe(7);
    expect(sql.asked).toHaveLength(1);
  });

  it('learns of an end that was announced before', async () => {
    sql.rows.set('wf_1', 3);
    expect(await endings.of('wf_1', 60_000)).toBe(3);
  });

  it('learns of an end whose announcement was lost, all who wait by one look', async () => {
    const waiting = ['wf_1', 'wf_2', 'wf_3'].map((id) => endings.of(id, 60_000));
    await turns();
    sql.rows.set('wf_1', 3).set('wf_2', 4).set('wf_3', 5);
    jest.advanceTimersByTime(1_000);
    expect(await Promise.all(waiting)).toEqual([3, 4, 5]);
    expect(sql.asked).toEqual([
      ['wf_1', 'wf_2', 'wf_3'],
      ['wf_1', 'wf_2', 'wf_3'],
    ]);
  });

  it('waits no longer than asked, and nobody looks after that', async () => {
    const waiting = endings.of('wf_1', 2_500);
    await turns();
    jest.advanceTimersByTime(2_500);
    expect(await waiting).toBeUndefined();
    const { length } = sql.asked;
    jest.advanceTimersByTime(10_000);
    await turns();
    expect(sql.asked).toHaveLength(length);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not told of the end of another run, and two who wait for one are both told', async () => {
    const [one, two] = [endings.of('wf_1', 60_000), endings.of('wf_1', 60_000)];
    const other = endings.of('wf_2', 500);
    live.publish('closed.wf_1', { revision: 9 });
    expect(await Promise.all([one, two])).toEqual([9, 9]);
    jest.advanceTimersByTime(500);
    expect(await other).toBeUndefined();
  });

  it('hears of a read model that cannot be read', async () => {
    sql.failing = true;
    await expect(endings.of('wf_1', 60_000)).rejects.toThrow('away');
    expect(jest.getTimerCount()).toBe(0);
  });
});
