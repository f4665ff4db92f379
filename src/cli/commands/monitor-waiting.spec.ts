import { expect, it } from '@jest/globals';
import { operatorTerminal } from '../../../test/kit/operator-terminal.js';

const terminal = operatorTerminal();
const waiting = (...args: readonly string[]) => terminal.quittance('monitor', 'waiting', ...args);

it('quittance monitor waiting says that nobody waits, then who does, for what and why', async () => {
  expect(await waiting()).toBe(0);
  expect(terminal.said).toContain('No user waits.');
  const job = { kind: 'step', priority: 'normal', correlationId: 'wf_1', payload: {} } as const;
  const owned = { owner: 'user_2', service: 'svc_1' };
  await terminal.house.jobs.publish(['a', 'b', 'c'].map((id) => ({ ...job, ...owned, id })));
  const until = terminal.house.clock.now() + 60_000;
  await terminal.house.permits.save('user/user_2', { holders: { x: until, y: until }, tokens: 0, at: 0 }, 0);
  terminal.said = '';
  expect(await waiting()).toBe(0);
  expect(terminal.said).toMatch(/user_2 +3 +0 +2 at once +user concurrency/);
  expect(terminal.said).toMatch(/svc_1 +3 +0 +– +user concurrency/);
  terminal.said = '';
  expect(await waiting('--json')).toBe(0);
  expect(JSON.parse(terminal.said)).toMatchObject({ users: [{ key: 'user_2', waiting: 3 }] });
});
