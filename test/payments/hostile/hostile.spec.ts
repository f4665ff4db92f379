import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSigner } from '@solana/kit';
import { tokenAccountOf } from '../../../src/adapters/solana/token-account.js';
import { addresses } from './addresses.js';
import { afterPayment, useFacilitator } from './after-payment.js';
import { type HostileCase, HostileHouse, type Outcome } from './hostile-house.js';
import { choices, extras, swaps } from './offers.js';
import { introduce, parties } from './parties.js';
import { words } from './words.js';

/** The table of docs/payments.md is the expectation: what it says is what is tested. */
const table = readTable(readFileSync(new URL('../../../docs/payments.md', import.meta.url), 'utf8'));
const cases = { swaps, extras, choices, words, afterPayment, addresses };
const named = Object.values(cases).flat();

let house: HostileHouse;
let server: Server;

beforeAll(async () => {
  house = await HostileHouse.open();
  const reached: string[] = [];
  server = createServer((request, response) => {
    reached.push(`${request.url}`);
    response.end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  introduce({
    thief: house.thief,
    escrow: house.escrowKey.address,
    provider: house.provider,
    providerAccount: await tokenAccountOf(house.provider, house.chain.mint),
    otherMint: (await generateKeyPairSigner()).address,
    elsewhere: { url, reached },
  });
  useFacilitator(house.chain.facilitatorUrl);
});

afterAll(async () => {
  await house.close();
  await new Promise((resolve) => server.close(resolve));
});

describe.each(Object.entries(cases))('%s: a service that', (_, all) => {
  it.each(all.map((hostile) => [hostile.name, hostile] as const))(
    '%s',
    async (name, hostile: HostileCase) => {
      expect(await house.play(hostile)).toEqual(table.get(name));
    },
  );
});

it('every row of the table is a case, and every case a row', () => {
  expect([...table.keys()].sort()).toEqual(named.map(({ name }) => name).sort());
  expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
});

it('nothing was ever sent to a server that nobody allowed', () => {
  expect(parties().elsewhere.reached).toEqual([]);
});

/** Rows of `| A service that … | Step | Payment | Money |`. */
function readTable(text: string): ReadonlyMap<string, Outcome> {
  const rows = text.split('\n').flatMap((line): [string, Outcome][] => {
    const [, name, step, payment, money] =
      /^\| (.+?) \| (.+?) \| (.+?) \| (stays|paid once) \|$/.exec(line) ?? [];
    if (!name || !step || !payment || !money) return [];
    return [[name, { step: step.replaceAll('`', ''), payment, money: money as Outcome['money'] }]];
  });
  return new Map(rows);
}
