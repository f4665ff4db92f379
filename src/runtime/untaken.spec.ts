import { describe, expect, it } from '@jest/globals';
import { Refusal } from '../kernel/errors.js';
import { reasonOf, Untaken } from './untaken.js';

const secret = 'words of a user';

function evolveSomething(): never {
  throw new TypeError(`cannot read ${secret}`);
}

const thrown = (work: () => never): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('why a read model does not take an event', () => {
  it('is told by class and place of what our code threw', () =>
    expect(reasonOf(new Untaken(thrown(evolveSomething)))).toEqual({
      code: 'TypeError',
      detail: expect.stringMatching(/^evolveSomething \(untaken\.spec\.\w+:\d+\)$/),
    }));

  it('is told by SQLSTATE and names of what Postgres refused', () => {
    const refused = Object.assign(new Error(`invalid input: "${secret}"`), {
      code: '23514',
      table: 'rm_users',
      constraint: 'rm_users_check',
      detail: `Failing row contains (${secret}).`,
    });
    expect(reasonOf(new Untaken(refused))).toEqual({
      code: '23514',
      detail: 'table rm_users, constraint rm_users_check',
    });
  });

  it('is told by the code of a refusal', () =>
    expect(reasonOf(new Untaken(new Refusal('WRONG_STATE', secret))).code).toBe('WRONG_STATE'));

  it.each([secret, undefined, { secret }, new Error(secret)])('never quotes %p', (cause) =>
    expect(JSON.stringify(reasonOf(new Untaken(cause)))).not.toContain('words'),
  );
});
