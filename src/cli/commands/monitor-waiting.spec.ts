import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { program } from '../program.js';

let house: House;
let operator: Client;
let said = '';

beforeAll(async () => {
  house = await openHouse();
  operator = await house.user('user_op', ['operator']);
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await house?.close();
});
beforeEach(() => {
  said = '';
});

const waiting = (...args: readonly string[]) =>
  program(['monitor', 'waiting', ...args, '--url', house.url, '--key', operator.secret!]);

it('quittance monitor waiting says that nobody waits, then who does, for what and why', async () => {
  expect(await waiting()).toBe(0);
  expect(said).toContain('No user waits.');
  const job = { kind: 'step', priority: 'normal', correlationId: 'wf_1', payload: {} } as const;
  const owned = { owner: 'user_2', service: 'svc_1' };
  await house.jobs.publish(['a', 'b', 'c'].map((id) => ({ ...job, ...owned, id })));
  const until = house.clock.now() + 60_000;
  await house.permits.save('user/user_2', { holders: { x: until, y: until }, tokens: 0, at: 0 }, 0);
  said = '';
  expect(await waiting()).toBe(0);
  expect(said).toMatch(/user_2 +3 +0 +2 at once +user concurrency/);
  expect(said).toMatch(/svc_1 +3 +0 +– +user concurrency/);
  said = '';
  expect(await waiting('--json')).toBe(0);
  expect(JSON.parse(said)).toMatchObject({ users: [{ key: 'user_2', waiting: 3 }] });
});
