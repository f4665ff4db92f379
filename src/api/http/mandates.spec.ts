import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { temporaryFolder } from '../../../test/kit/folder.js';
import { Wallet } from '../../adapters/solana/wallet.js';
import { user } from '../../commands/user/decide.js';

const HOUR = 3_600_000;
const P1 = 'So11111111111111111111111111111111111111112';
const folder = temporaryFolder();
let house: House;
let owner: Client;
let stranger: Client;
let wallet: Wallet;
let other: Wallet;

beforeAll(async () => {
  house = await openHouse();
  [owner, stranger] = await Promise.all([house.user('user_a'), house.user('user_b')]);
  wallet = await Wallet.open(`${folder.path}/a.json`);
  other = await Wallet.open(`${folder.path}/b.json`);
  await link('user_a', wallet);
});
afterAll(async () => {
  await house.close();
  folder.remove();
});

const link = (userId: string, { address }: Wallet) =>
  house.dispatch.send(
    user,
    userId,
    { type: 'LinkWallet', wallet: address },
    { commandId: `link ${userId}`, correlationId: userId, actor: { type: 'system', id: 'test' } },
  );
const inTime = (ms: number) => new Date(house.clock.now() + ms).toISOString();
const wanted = (more: object = {}) => ({
  wallet: wallet.address,
  maxTotal: 5,
  maxPerTransaction: 1.5,
  expiresAt: inTime(24 * HOUR),
  ...more,
});
const challenge = async (more: object = {}): Promise<string> => {
  const { status, body } = await owner.post('/mandates/challenge', wanted(more));
  expect(status).toBe(200);
  return body.message;
};
const granted = async (more: object = {}) => {
  const message = await challenge(more);
  const { status, body } = await owner.post('/mandates', { message, signature: await wallet.sign(message) });
  expect(status).toBe(201);
  return body.mandate;
};

describe('a mandate', () => {
  it('is granted by what a linked wallet signed, and shows what is left', async () => {
    const mandate = await granted({ allowedRecipients: [P1] });
    expect(mandate).toMatchObject({
      status: 'active',
      wallet: wallet.address,
      maxTotalMicro: '5000000',
      maxPerTransactionMicro: '1500000',
      remaining: 5,
      usedMicro: '0',
      allowedRecipients: [P1],
      uses: [],
    });
    await house.caughtUp();
    const list = await owner.get('/mandates');
    expect((await owner.get(`/users/${owner.userId}/mandates`)).body).toEqual(list.body);
    expect(list.body.mandates[0]).toMatchObject({ id: mandate.id, remainingMicro: '5000000' });
    expect((await owner.get(`/mandates/${mandate.id}`)).body.mandate).toEqual(mandate);
  });

  it('is granted once by one message, however often that is sent', async () => {
    const message = await challenge();
    const signature = await wallet.sign(message);
    const [first, second] = [
      await owner.post('/mandates', { message, signature }),
      await owner.post('/mandates', { message, signature }),
    ];
    expect(second.body.mandate).toEqual(first.body.mandate);
    await owner.delete(`/mandates/${first.body.mandate.id}`);
    const third = await owner.post('/mandates', { message, signature });
    expect([third.status, third.body.code]).toEqual([409, 'NONCE_USED']);
  });

  it('is revoked at once by its owner, and stays so', async () => {
    const { id } = await granted();
    expect((await stranger.delete(`/mandates/${id}`)).status).toBe(404);
    const first = await owner.delete(`/mandates/${id}`);
    expect([first.status, first.body.mandate.status, first.body.mandate.remaining]).toEqual([
      200,
      'revoked',
      0,
    ]);
    expect((await owner.delete(`/mandates/${id}`)).body.mandate.status).toBe('revoked');
  });

  it('is seen by nobody else', async () => {
    const { id } = await granted();
    await house.caughtUp();
    expect((await stranger.get(`/mandates/${id}`)).status).toBe(404);
    expect((await stranger.get('/mandates')).body.mandates).toEqual([]);
    expect((await stranger.get(`/users/${owner.userId}/mandates`)).status).toBe(404);
    expect((await owner.get('/mandates/mdt_unknown')).status).toBe(404);
  });

  it('is as good as expired once its time is over', async () => {
    const { id } = await granted({ expiresAt: inTime(HOUR) });
    house.clock.offset += HOUR;
    const { body } = await owner.get(`/mandates/${id}`);
    expect([body.mandate.status, body.mandate.remaining]).toEqual(['expired', 0]);
    house.clock.offset -= HOUR;
  });
});

describe('what is sent to grant a mandate is refused', () => {
  const refused = async (body: object, by = owner) => {
    const answer = await by.post('/mandates', body);
    return [answer.status, answer.body.code];
  };

  it('with an amount altered after it was signed', async () => {
    const message = await challenge();
    const signature = await wallet.sign(message);
    const altered = message
      .replace('max-total:5000000', 'max-total:9000000')
      .replace('5.00 USDC', '9.00 USDC');
    expect(altered).not.toBe(message);
    expect(await refused({ message: altered, signature })).toEqual([403, 'WALLET_SIGNATURE_INVALID']);
    const half = message.replace('max-total:5000000', 'max-total:9000000');
    expect(await refused({ message: half, signature: await wallet.sign(half) })).toEqual([
      422,
      'MANDATE_MESSAGE_INVALID',
    ]);
  });

  it('signed by another wallet', async () => {
    const message = await challenge();
    expect(await refused({ message, signature: await other.sign(message) })).toEqual([
      403,
      'WALLET_SIGNATURE_INVALID',
    ]);
    expect(await refused({ message, signature: 'rubbish' })).toEqual([403, 'WALLET_SIGNATURE_INVALID']);
  });

  it('for a wallet that is not linked', async () => {
    const answer = await owner.post('/mandates/challenge', wanted({ wallet: other.address }));
    expect([answer.status, answer.body.code, answer.body.details.linked]).toEqual([
      403,
      'WALLET_NOT_LINKED',
      [wallet.address],
    ]);
    const message = (await challenge()).replace(wallet.address, other.address);
    expect(await refused({ message, signature: await other.sign(message) })).toEqual([
      403,
      'WALLET_NOT_LINKED',
    ]);
  });

  it('with a nonce of somebody else, or of nobody', async () => {
    const message = await challenge();
    const signature = await wallet.sign(message);
    expect(await refused({ message, signature }, stranger)).toEqual([422, 'MANDATE_MESSAGE_INVALID']);
    const made = message.replace(/Nonce: (.{26}).*/, `Nonce: $1${'0'.repeat(20)}`);
    expect(await refused({ message: made, signature: await wallet.sign(made) })).toEqual([
      422,
      'MANDATE_MESSAGE_INVALID',
    ]);
  });

  it('with a nonce that granted something else', async () => {
    const message = await challenge();
    await owner.post('/mandates', { message, signature: await wallet.sign(message) });
    const again = message
      .replaceAll('max-total:5000000', 'max-total:6000000')
      .replace('5.00 USDC', '6.00 USDC');
    expect(await refused({ message: again, signature: await wallet.sign(again) })).toEqual([
      409,
      'NONCE_USED',
    ]);
  });

  it('when it was made too long ago, or in the future', async () => {
    const message = await challenge();
    const signature = await wallet.sign(message);
    for (const shift of [15 * 60_000 + 1_000, -2 * 60_000]) {
      house.clock.offset += shift;
      expect(await refused({ message, signature })).toEqual([422, 'MANDATE_MESSAGE_EXPIRED']);
      house.clock.offset -= shift;
    }
  });

  it.each([
    ['nothing for one plan', { maxPerTransaction: 0 }],
    ['more for one plan than for all', { maxPerTransaction: 5.000001 }],
    ['seven decimals', { maxTotal: 5.0000001 }],
    ['an end that is past', { expiresAt: '2020-01-01T00:00:00.000Z' }],
    ['an end in two years', { expiresAt: new Date(Date.now() + 2 * 366 * 24 * HOUR).toISOString() }],
    ['no recipients', { allowedRecipients: [] }],
    ['a recipient that is no address', { allowedRecipients: ['somebody'] }],
    ['more recipients than may be', { allowedRecipients: Array(21).fill(P1) }],
    ['a wallet that is no address', { wallet: 'mine' }],
    ['a field nobody knows', { currency: 'EUR' }],
  ])('with %s', async (_what, more) => {
    const { status, body } = await owner.post('/mandates/challenge', wanted(more));
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});
