import { describe, it } from '@jest/globals';
import { given } from '../../../test/kit/decider-spec.js';
import type { DepositEvent } from '../../events/escrow.js';
import { depositDecider } from './decide.js';

const claimed: DepositEvent = { type: 'DepositClaimed', v: 1, signature: 'SIG', userId: 'user_1' };
const claim = { type: 'ClaimDeposit', signature: 'SIG', userId: 'user_1' } as const;

describe('the claim of a deposit', () => {
  it('goes to the first who asks', () => given(depositDecider, []).when(claim).then([claimed]));

  it('stays with the same user who asks again', () =>
    given(depositDecider, [claimed]).when(claim).thenNothing());

  it('is refused to another user, without telling whose it is', () =>
    given(depositDecider, [claimed])
      .when({ ...claim, userId: 'user_2' })
      .refuses('SIGNATURE_USED', { signature: 'SIG' }));
});
