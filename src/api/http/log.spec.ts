import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type House, openHouse } from '../../../test/kit/api-house.js';
import { naiveConsistency, naiveInclusion, naiveRoot } from '../../../test/kit/naive-tree.js';
import { sampleLog } from '../../../test/kit/sample-log.js';
import { receipt } from '../../commands/receipt/decide.js';
import { LOG_ID, receiptLog } from '../../commands/receipt-log/decide.js';
import { base64 } from '../../kernel/log/base64.js';
import { entryOf, receiptHash } from '../../kernel/log/entry.js';
import { leafHash } from '../../kernel/log/tree-hash.js';
import { toMicros } from '../../kernel/money.js';
import { readCheckpoint } from '../../verifier/index.js';

const SIZE = 300;
const leaves = Array.from({ length: SIZE }, (_, i) => ({
  receiptId: `rcpt_${i}r1`,
  statement: i.toString(16).padStart(64, '0'),
}));
const entries = leaves.map(({ receiptId, statement }) => entryOf(receiptHash(receiptId), statement));

describe('the log of receipts', () => {
  let house: House;
  let alice: Client;
  let nobody: Client;

  beforeAll(async () => {
    house = await openHouse();
    alice = await house.user('user_alice');
    nobody = new Client(house.url, undefined);
    const empty = await nobody.get('/log/checkpoint');
    expect(readCheckpoint(empty.body, sampleLog.key)).toEqual({
      origin: 'example.org/log',
      size: 0,
      root: new Uint8Array(naiveRoot([])),
    });
    for (const [after, from, to] of [
      [null, 0, 100],
      ['p100', 100, 250],
      ['p250', 250, SIZE],
    ] as const)
      await house.dispatch.send(
        receiptLog,
        LOG_ID,
        {
          type: 'AppendLeaves',
          after,
          upTo: `p${to}`,
          leaves: leaves.slice(from, to),
          at: new Date().toISOString(),
        },
        { commandId: `append ${to}`, correlationId: LOG_ID, actor: { type: 'worker', id: 'spec' } },
      );
    await house.caughtUp();
  });
  afterAll(() => house.close());

  const bytes = async (path: string): Promise<{ status: number; hex: string; cache: string | null }> => {
    const reply = await fetch(`${house.url}/log/${path}`);
    const hex = Buffer.from(await reply.arrayBuffer()).toString('hex');
    return { status: reply.status, hex, cache: reply.headers.get('cache-control') };
  };
  const hexOf = (parts: readonly Uint8Array[]) => Buffer.concat(parts).toString('hex');

  it('has a head that its key signed, for anybody', async () => {
    const { status, body, headers } = await nobody.get('/log/checkpoint');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    const head = readCheckpoint(body, sampleLog.key)!;
    expect([head.size, base64(head.root)]).toEqual([SIZE, base64(naiveRoot(entries))]);
  });

  it('has tiles of hashes and of entries that stay the same for ever', async () => {
    const full = await bytes('tile/0/000');
    expect(full).toEqual({
      status: 200,
      hex: hexOf(entries.slice(0, 256).map(leafHash)),
      cache: 'public, max-age=31536000, immutable',
    });
    expect((await bytes('tile/0/001.p/44')).hex).toBe(hexOf(entries.slice(256).map(leafHash)));
    expect((await bytes('tile/0/001.p/5')).hex).toBe(hexOf(entries.slice(256, 261).map(leafHash)));
    expect((await bytes('tile/1/000.p/1')).hex).toBe(hexOf([naiveRoot(entries.slice(0, 256))]));
    const length = Uint8Array.of(0, 64);
    expect((await bytes('tile/entries/000')).hex).toBe(
      hexOf(entries.slice(0, 256).flatMap((e) => [length, e])),
    );
    expect((await bytes('tile/entries/001.p/2')).hex).toBe(
      hexOf(entries.slice(256, 258).flatMap((e) => [length, e])),
    );
  });

  it.each([
    'tile/0/001',
    'tile/0/001.p/45',
    'tile/0/002.p/1',
    'tile/1/000',
    'tile/2/000.p/1',
    'tile/63/000.p/1',
    'tile/64/000.p/1',
    'tile/-1/000',
    'tile/00/000',
    'tile/entries/001',
    'tile/entries/x999/x999/x999/x999/999',
    'tile/0/x999/x999/x999/x999/x999/x999/999',
    'tile/0/0',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/1e1',
    'tile/0/..%2f000',
    'tile/0/000%00',
    'tile/0/',
    'tile/0',
    'tile/leaves/000',
  ])('has nothing at %s', async (path) => expect((await bytes(path)).status).toBe(404));

  it('proves that one of its sizes is the beginning of another', async () => {
    for (const [from, to] of [
      [0, 0],
      [0, SIZE],
      [1, 2],
      [100, 250],
      [256, 257],
      [255, SIZE],
      [SIZE, SIZE],
    ] as const) {
      const { status, body } = await nobody.get(`/log/proofs/consistency?from=${from}&to=${to}`);
      expect(status).toBe(200);
      expect(body.consistency).toEqual({
        from,
        to,
        hashes: naiveConsistency(from, entries.slice(0, to)).map(base64),
      });
    }
    const open = await nobody.get('/log/proofs/consistency?from=7');
    expect(open.body.consistency.to).toBe(SIZE);
  });

  it.each([
    'from=5&to=4',
    'from=0&to=301',
    'from=301',
    'from=-1',
    'from=01',
    'from=1.0',
    'from=1e2',
    'from=0x10',
    'from=9007199254740993',
    `from=${'9'.repeat(400)}`,
    'from=',
    'to=5',
    '',
    'from=1&from=2',
    'from=1&size=3',
  ])('proves nothing for %s', async (query) => {
    const { status, body } = await nobody.get(`/log/proofs/consistency?${query}`);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('proves that a receipt is in it, to those who may read the receipt', async () => {
    const id = leaves[270]!.receiptId;
    await issue(house, id);
    const { status, body } = await alice.get(`/log/proofs/inclusion?receipt=${id}`);
    expect(status).toBe(200);
    const { index, hashes, checkpoint } = body.log;
    expect([index, hashes]).toEqual([270, naiveInclusion(270, entries).map(base64)]);
    expect(readCheckpoint(checkpoint, sampleLog.key)?.size).toBe(SIZE);
    const fetched = await alice.get(`/receipts/${id}`);
    expect(fetched.body.receipt.document).toMatchObject({ log: body.log });
    expect((await nobody.get(`/log/proofs/inclusion?receipt=${id}`)).status).toBe(404);
    const mallory = await house.user('user_mallory');
    expect((await mallory.get(`/log/proofs/inclusion?receipt=${id}`)).status).toBe(404);
  });

  it('says of a receipt it does not have yet that it will', async () => {
    await issue(house, 'rcpt_newr1');
    const { status, body } = await alice.get('/log/proofs/inclusion?receipt=rcpt_newr1');
    expect([status, body.code]).toEqual([404, 'NOT_IN_LOG']);
    const fetched = await alice.get('/receipts/rcpt_newr1');
    expect(fetched.status).toBe(200);
    expect(fetched.body.receipt.document?.log).toBeUndefined();
  });

  it.each(['receipt=', 'receipt=rcpt_1&receipt=rcpt_2', '', `receipt=${'x'.repeat(121)}`])(
    'takes no %s for a receipt',
    async (query) => expect((await alice.get(`/log/proofs/inclusion?${query}`)).status).toBe(400),
  );

  it('knows no anchors before there is one', async () =>
    expect(await nobody.get('/log/anchors')).toMatchObject({ status: 200, body: { anchors: [] } }));
});

async function issue(house: House, id: string): Promise<void> {
  await house.dispatch.send(
    receipt,
    id,
    {
      type: 'IssueReceipt',
      receiptId: id,
      workflowId: 'wf_1',
      runNo: 1,
      userId: 'user_alice',
      outcome: 'completed',
      level: 'basic',
      workflowHash: '1',
      resultsRoot: '2',
      finalResultHash: '3',
      totalCost: toMicros(20_000n),
      documentHash: 'd'.repeat(64),
      statementHash: 'a'.repeat(64),
      document: {
        sha256: house.keepReceipt({ format: 'quittance-receipt/1' }),
        size: 10,
        mediaType: 'application/json',
      },
      keyId: 'issuer-1',
      at: new Date().toISOString(),
    },
    { commandId: `issue ${id}`, correlationId: id, actor: { type: 'saga', id: 'spec' } },
  );
  await house.caughtUp();
}
