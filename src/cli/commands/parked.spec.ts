import { describe, expect, it } from '@jest/globals';
import { operatorTerminal } from '../../../test/kit/operator-terminal.js';

const terminal = operatorTerminal();
const { quittance } = terminal;

describe('quittance parked', () => {
  it('lists what a read model leaves out, and has it taken', async () => {
    expect(await quittance('parked', 'list')).toBe(0);
    expect(terminal.said).toContain('No read model leaves anything out.');

    await terminal.house.sql.query(
      `alter table rm_users add constraint poison check (user_id <> 'user_odd')`,
    );
    await terminal.house.user('user_odd');
    await quittance('monitor');
    expect(terminal.said).toMatch(/1 parked stream: quittance parked list/);
    await quittance('parked', 'list', '--model', 'identity');
    expect(terminal.said).toMatch(
      /identity +user-user_odd +0 UserRegistered .* 23514 +table rm_users, constraint poison/,
    );

    await expect(quittance('parked', 'retry', 'identity', 'user-user_odd')).rejects.toMatchObject({
      code: 'STREAM_UNTAKEN',
    });
    await terminal.house.sql.query('alter table rm_users drop constraint poison');
    expect(await quittance('parked', 'retry', 'identity', 'user-user_odd')).toBe(0);
    expect(terminal.said).toContain('identity took 1 event of user-user_odd and goes on with it.');
    terminal.said = '';
    await quittance('parked', 'list', '--json');
    expect(JSON.parse(terminal.said).parked).toEqual([]);
  });
});
