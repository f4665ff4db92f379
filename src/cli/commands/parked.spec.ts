import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
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

const quittance = (...args: readonly string[]) =>
  program([...args, '--url', house.url, '--key', operator.secret!]);

describe('quittance parked', () => {
  it('lists what a read model leaves out, and has it taken', async () => {
    expect(await quittance('parked', 'list')).toBe(0);
    expect(said).toContain('No read model leaves anything out.');

    await house.sql.query(`alter table rm_users add constraint poison check (user_id <> 'user_odd')`);
    await house.user('user_odd');
    await quittance('monitor');
    expect(said).toMatch(/1 parked stream: quittance parked list/);
    await quittance('parked', 'list', '--model', 'identity');
    expect(said).toMatch(
      /identity +user-user_odd +0 UserRegistered .* 23514 +table rm_users, constraint poison/,
    );

    await expect(quittance('parked', 'retry', 'identity', 'user-user_odd')).rejects.toMatchObject({
      code: 'STREAM_UNTAKEN',
    });
    await house.sql.query('alter table rm_users drop constraint poison');
    expect(await quittance('parked', 'retry', 'identity', 'user-user_odd')).toBe(0);
    expect(said).toContain('identity took 1 event of user-user_odd and goes on with it.');
    said = '';
    await quittance('parked', 'list', '--json');
    expect(JSON.parse(said).parked).toEqual([]);
  });
});
