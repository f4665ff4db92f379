import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type House, openHouse } from '../../../test/kit/api-house.js';
import { temporaryFolder } from '../../../test/kit/folder.js';
import { settlement } from '../../commands/settlement/decide.js';
import { payoutEarnings, payoutList, payoutPay, payoutRetry, payoutShow } from './payouts.js';

const [W1, W2] = [
  'So11111111111111111111111111111111111111112',
  'BsBzFjMBm6tbDtZ3qWnCMzm9t58DKbPbZmEzKPnEYB7i',
];
const folder = temporaryFolder();
let house: House;
let at: { readonly url: string; readonly key: string };
let userKey: string;
beforeAll(async () => {
  house = await openHouse();
  const operator = await house.user('user_op', ['user', 'operator']);
  userKey = (await house.user('user_a')).secret!;
  at = { url: house.url, key: operator.secret! };
  await house.fund('user_op', 10_000_000n);
  await house.caughtUp();
});
afterAll(async () => {
  await house.close();
  folder.remove();
});

/** What a command says on stdout. */
async function saying(command: () => Promise<number>): Promise<string> {
  let said = '';
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  try {
    expect(await command()).toBe(0);
  } finally {
    out.mockRestore();
  }
  return stripVTControlCharacters(said);
}
const file = (content: unknown): string => {
  const path = join(folder.path, 'payouts.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const pay = async (payouts: unknown): Promise<string> => {
  const said = await saying(() => payoutPay(file(payouts), { ...at, from: 'escrow', json: true }));
  await house.caughtUp();
  return (JSON.parse(said) as { id: string }).id;
};
const refusing = (code: string) => expect.objectContaining({ code });

describe('payouts on the command line', () => {
  it('are begun from a file, and shown with their shares', async () => {
    const id = await pay([
      { recipient: W1, amount: 1, reference: 'session 1' },
      { recipient: W2, amount: 0.5, reference: 'session 2' },
    ]);
    const shown = await saying(() => payoutShow(id, at));
    expect(shown).toContain(`${id} computed: 1.50 USDC (1.35 recipients, 0.105 platform, 0.045 reserve)`);
    expect(shown).toMatch(new RegExp(`0 +session 1 +0\\.90 +${W1} +owed`));
    expect(await saying(() => payoutList({ ...at, limit: 20 }))).toMatch(
      new RegExp(`${id} .* computed .*2 owed`),
    );
  });

  it('that failed say why and how to go on, and are tried again to another wallet', async () => {
    const id = await pay([{ recipient: W1, amount: 0.1, reference: 'session 3' }]);
    const context = { commandId: 'fund', correlationId: id, actor: { type: 'system', id: 'test' } } as const;
    await house.dispatch.send(settlement, id, { type: 'RecordFunding' }, context);
    const fail = { type: 'FailPayout', item: 0, code: 'RECIPIENT_FROZEN', message: 'It is frozen.' } as const;
    await house.dispatch.send(settlement, id, fail, { ...context, commandId: 'fail' });
    await house.caughtUp();
    const shown = await saying(() => payoutShow(id, at));
    expect(shown).toContain('#0: It is frozen. RECIPIENT_FROZEN');
    expect(shown).toContain(`quittance payouts retry ${id} 0`);
    expect(await saying(() => payoutRetry(id, 0, { ...at, to: W2 }))).toContain('tried again');
    await house.caughtUp();
    expect(await saying(() => payoutShow(id, at))).toContain(W2);
  });

  it('show what was earned', async () =>
    expect(await saying(() => payoutEarnings(at))).toMatch(/Of +Earned +Paid +Left/));

  it('refuse what the account does not have, with the code of the API', async () => {
    const much = file([{ recipient: W1, amount: 100, reference: 'much' }]);
    await expect(payoutPay(much, { ...at, from: 'escrow' })).rejects.toEqual(refusing('INSUFFICIENT_ESCROW'));
  });

  it('are for operators', async () =>
    expect(payoutList({ ...at, key: userKey, limit: 20 })).rejects.toEqual(refusing('FORBIDDEN')));

  it.each([
    ['of no JSON', '{', 'FILE_NOT_JSON'],
    ['of no list', '{"recipient": "x"}', 'FILE_NOT_JSON'],
    ['of a recipient that is none', [{ recipient: 'x', amount: 1, reference: 'r' }], 'VALIDATION_FAILED'],
    [
      'of a member nobody knows',
      [{ recipient: W1, amount: 1, reference: 'r', to: 'x' }],
      'VALIDATION_FAILED',
    ],
  ])('refuse a file %s', async (_, content, code) =>
    expect(payoutPay(file(content), { ...at, from: 'escrow' })).rejects.toEqual(refusing(code)),
  );

  it('refuse a file that is not there', async () =>
    expect(payoutPay(join(folder.path, 'none.json'), { ...at, from: 'escrow' })).rejects.toEqual(
      refusing('FILE_UNREADABLE'),
    ));

  it('refuse a settlement that is not there', async () =>
    expect(payoutShow('stl_none', at)).rejects.toEqual(refusing('NOT_FOUND')));
});
