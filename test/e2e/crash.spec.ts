import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '../../src/adapters/nats/connection.js';
import { type IssuerKey, verifyReceipt } from '../../src/verifier/index.js';
import { type TemporaryFolder, temporaryFolder } from '../kit/folder.js';
import { type Installed, lives, startInstalled } from '../kit/installation.js';
import { onceEach, paymentsOf } from './kit/chain.js';
import { Client, until, type WorkflowDoc } from './kit/client.js';
import { honest, inTurn, type Market, ok, openMarket, PRICE, type Sale } from './kit/market.js';

/** A place where a stall stops until it is told to go on, so that a test can strike just there. */
class Gate {
  private reached = () => undefined as void;
  private open = () => undefined as void;
  private shut = true;
  readonly arrival = new Promise<void>((resolve) => {
    this.reached = resolve;
  });
  private readonly opening = new Promise<void>((resolve) => {
    this.open = resolve;
  });

  async pass(): Promise<void> {
    this.reached();
    if (this.shut) await this.opening;
  }

  release(): void {
    this.shut = false;
    this.open();
  }
}

describe('a stack that is killed in the middle of a run', () => {
  let folder: TemporaryFolder;
  let market: Market;
  let installed: Installed;
  let client: Client;
  const beforeSettling = new Gate();
  const afterSettling = new Gate();
  const duringWipe = new Gate();

  beforeAll(async () => {
    folder = temporaryFolder();
    market = await openMarket({
      first: {},
      second: { serve: heldBefore(beforeSettling) },
      third: { serve: heldAfter(afterSettling) },
      fourth: {},
      wiped: { serve: heldBefore(duringWipe) },
    });
    await start();
    await client.funded(1n);
  });

  afterAll(async () => {
    await installed?.stop();
    await market.close();
    folder.remove();
  });

  async function start(): Promise<void> {
    installed = await startInstalled(folder.path, { REGISTRY_URL: market.url });
    await market.connect(installed);
    client = Client.of(installed);
  }

  async function finished(planned: WorkflowDoc): Promise<WorkflowDoc> {
    const done = await client.closed(planned.id);
    expect(done.error).toBeNull();
    expect(done.status).toBe('completed');
    expect(await paymentsOf(installed, client, done)).toEqual(onceEach(done));
    return done;
  }

  it('finishes after three kills, with one payment a step and a receipt that verifies', async () => {
    const before = await client.balance();
    const planned = await client.begin({
      ...inTurn('first', 'second', 'third', 'fourth'),
      verificationLevel: 'zero-knowledge',
    });
    // right after the approval
    await installed.killAll();
    await start();
    // a service has the payment and has not settled it yet
    await beforeSettling.arrival;
    const orphans = installed.pids().filter((pid) => pid !== installed.pid);
    await installed.killParent();
    beforeSettling.release();
    await start();
    await until(async () => (orphans.some(lives) ? undefined : true));
    // a service was paid and has not answered yet
    await afterSettling.arrival;
    await installed.killAll();
    afterSettling.release();
    await start();

    const done = await finished(planned);
    expect(BigInt(done.spentMicro)).toBe(4n * PRICE);
    const after = await client.balance();
    expect(after).toEqual({
      available: before.available - 4n * PRICE,
      held: 0n,
      total: before.total - 4n * PRICE,
    });
    const receipt = await client.receipt(done.id, 'proof');
    const { keys } = (await client.get<{ keys: IssuerKey[] }>('/.well-known/quittance-keys.json')).body;
    const verdict = await verifyReceipt(receipt, { issuerKeys: keys, allowDevelopmentKeys: true });
    expect(verdict.checks.filter(({ passed, required }) => required && !passed)).toEqual([]);
  });

  it('tells the whole stream of that run without gap or double', async () => {
    const { body } = await client.get<{ workflows: { id: string }[] }>('/workflows/history?limit=1');
    const messages = await client.stream(body.workflows[0]!.id, 1, (all) =>
      all.some(({ type }) => type === 'receipt.proven'),
    );
    const numbers = messages.flatMap(({ seq }) => seq ?? []);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  /** Deletes every stream there is. @returns their names */
  async function wipe(): Promise<readonly string[]> {
    const nats = await connectNats(installed.natsUrl);
    try {
      const manager = await jetstreamManager(nats);
      const names: string[] = [];
      for await (const name of manager.streams.names()) names.push(name);
      for (const name of names) await manager.streams.delete(name).catch(() => false);
      return names;
    } finally {
      await nats.close();
    }
  }

  it('finishes when JetStream is wiped while steps run, and pays nothing twice', async () => {
    const planned = await Promise.all([
      client.begin(inTurn('first', 'wiped', 'fourth')),
      client.begin(inTurn('wiped', 'first')),
      client.begin(inTurn('fourth', 'fourth', 'first')),
    ]);
    await duringWipe.arrival;
    expect(await wipe()).toEqual(expect.arrayContaining(['JOBS', 'EVENTS']));
    duringWipe.release();
    for (const one of planned) await finished(one);
    expect((await client.balance()).held).toBe(0n);
  });

  it('plans, pays once and gives receipts although JetStream is wiped again and again meanwhile', async () => {
    const create = () => client.create(inTurn('first', 'fourth'));
    const ids: string[] = [];
    for (let round = 0; round < 4; round++) {
      ids.push(await create());
      await wipe();
    }
    const words = await client.create({ input: 'Please go round in circles for me' });
    await wipe();
    for (const id of ids) {
      const { plan } = await client.planned(id);
      expect((await client.approve(id, plan!.planHash)).status).toBe(200);
      await wipe();
    }
    for (const id of ids) {
      await finished((await client.workflow(id))!);
      expect((await client.verify('rcpt_any', await client.receipt(id))).valid).toBe(true);
    }

    expect((await client.planned(words)).error?.code).toBe('NO_SERVICE');
  });
});

const heldBefore = (gate: Gate) => async (sale: Sale) => {
  await gate.pass();
  return honest(sale);
};

const heldAfter = (gate: Gate) => async (sale: Sale) => {
  const { success } = await sale.settle();
  await gate.pass();
  return success ? ok({ heard: sale.body }) : { status: 402, body: '{}' };
};
