import { describe, expect, it } from '@jest/globals';
import { sampleSeed } from '../../test/kit/sample-issuer.js';
import { MemoryEventStore } from '../adapters/memory/event-store.js';
import { MemoryKeyVault } from '../adapters/memory/key-vault.js';
import { CommandHandler } from '../runtime/command-handler.js';
import { issuerFromSeed } from './issuer.js';
import { IssuerRing } from './issuer-ring.js';

const clock = { now: () => Date.parse('2026-01-02T03:04:05.678Z') };
const log = { info() {}, warn() {}, error() {} };
const by = (id: string) => ({
  commandId: id,
  correlationId: 'keys',
  actor: { type: 'user', id: 'op' } as const,
});

class Machine {
  readonly store = new MemoryEventStore();
  readonly vault = new MemoryKeyVault();
  readonly rings: IssuerRing[] = [];

  async process(onChange?: (seed: Uint8Array) => void): Promise<IssuerRing> {
    const { store, vault } = this;
    const dispatch = new CommandHandler(store, clock);
    const ring = new IssuerRing({ dispatch, store, vault, clock, log, former: [] }, sampleSeed, onChange);
    await ring.start();
    this.rings.push(ring);
    return ring;
  }

  async stop(): Promise<void> {
    for (const ring of this.rings) await ring.stop();
  }
}

describe('the keys of an installation', () => {
  it('begin with the configured one', async () => {
    const machine = new Machine();
    const ring = await machine.process();
    expect(ring.present.publicKey).toBe(issuerFromSeed(sampleSeed).publicKey);
    expect(ring.keys).toHaveLength(1);
    await machine.stop();
  });

  it('are rotated in every process, and after a restart', async () => {
    const machine = new Machine();
    let told: (seed: Uint8Array) => void = () => {};
    const heard = new Promise<Uint8Array>((resolve) => {
      told = resolve;
    });
    const [one, other] = [await machine.process(), await machine.process((seed) => told(seed))];
    await one.rotate(by('a'));
    const seed = await heard;
    expect(issuerFromSeed(seed).publicKey).toBe(one.present.publicKey);
    expect(one.present.publicKey).not.toBe(issuerFromSeed(sampleSeed).publicKey);
    const restarted = await machine.process();
    expect(restarted.present.publicKey).toBe(one.present.publicKey);
    expect(restarted.keys.map(({ validUntil }) => validUntil)).toEqual([
      undefined,
      '2026-01-02T03:05:05.678Z',
    ]);
    await machine.stop();
    expect(other.keys).toEqual(one.keys);
  });

  it('are rotated once when two ask at the same time, or one asks twice', async () => {
    const machine = new Machine();
    const [one, other] = [await machine.process(), await machine.process()];
    await Promise.allSettled([one.rotate(by('a')), other.rotate(by('b'))]);
    const restarted = await machine.process();
    expect(restarted.keys.length).toBeGreaterThanOrEqual(2);
    expect(new Set(restarted.keys.map(({ keyId }) => keyId)).size).toBe(restarted.keys.length);
    await machine.stop();
  });

  it('are gone from the vault once they are revoked: nobody signs with them any more', async () => {
    const machine = new Machine();
    const ring = await machine.process();
    await ring.rotate(by('a'));
    const { keyId } = ring.present;
    await ring.rotate(by('b'));
    await ring.revoke({ keyId, from: '2026-01-01T00:00:00.000Z', reason: 'Stolen.', logSize: 3 }, by('c'));
    await expect(machine.vault.dataKey('receipt key 1')).rejects.toMatchObject({ code: 'KEY_DESTROYED' });
    expect(ring.revokedKeys).toMatchObject([{ keyId, logSize: 3, reason: 'Stolen.' }]);
    expect(ring.published(null).keys.map(({ status }) => status)).toEqual(['active', 'revoked', 'retired']);
    await machine.stop();
  });
});
