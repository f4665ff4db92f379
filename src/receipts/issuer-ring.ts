import { ISSUER_ID, issuer } from '../commands/issuer/decide.js';
import { type IssuerState, type KnownReceiptKey } from '../commands/issuer/state.js';
import { issuerEvents } from '../events/issuer.js';
import { uuidv5 } from '../kernel/event.js';
import { isoTime, plusMs } from '../kernel/time.js';
import type { Clock } from '../ports/clock.js';
import type { EventStore, Subscription } from '../ports/event-store.js';
import type { KeyVault } from '../ports/key-vault.js';
import type { CommandContext, Dispatch, Dispatched } from '../runtime/dispatch.js';
import type { Log } from '../runtime/log.js';
import { KEYS_FORMAT, type PublishedKeys } from '../verifier/published-keys.js';
import type { Revocations } from '../verifier/revocations.js';
import type { IssuerKey } from '../verifier/signature.js';
import { type Issuer, issuerFromSeed } from './issuer.js';

/** ms a process may go on signing with a key that was replaced: until it hears of it */
const OVERLAP_MS = 60_000;

/** Where the vault keeps the secret half of a key. */
const ownerOf = (generation: number): string => `receipt key ${generation}`;

export interface IssuerParts {
  readonly dispatch: Dispatch;
  readonly store: Pick<EventStore, 'subscribe' | 'head'>;
  readonly vault: KeyVault;
  readonly clock: Clock;
  readonly log: Log;
  /** keys that signed before this installation kept a history of them */
  readonly former: readonly IssuerKey[];
}

/**
 * The keys of this installation, as its event stream tells them: which one signs now, and which ones did. The first
 * one is the configured seed; later ones are made by the vault and never leave it but to sign.
 */
export class IssuerRing {
  private subscription: Subscription | undefined;
  private following: Promise<void> = Promise.resolve();
  private state: IssuerState = issuer.decider.initial;
  private signer: Issuer;
  private readonly observers: (() => void)[] = [];

  constructor(
    private readonly parts: IssuerParts,
    first: Uint8Array,
    private readonly onChange: (seed: Uint8Array) => void = () => {},
  ) {
    this.signer = issuerFromSeed(first);
  }

  /** Signs from now on with what the stream says, and follows it. */
  async start(): Promise<void> {
    const { store } = this.parts;
    const after = await store.head();
    await this.refresh();
    this.subscription = store.subscribe({ after, filter: { types: issuerEvents.map(({ type }) => type) } });
    this.following = this.follow(this.subscription);
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
    await this.following;
  }

  /** Calls now, and after every change. */
  observe(changed: () => void): void {
    this.observers.push(changed);
    changed();
  }

  get present(): Issuer {
    return this.signer;
  }

  /** Every key a receipt of this installation may be signed with, the present one first. */
  get keys(): readonly IssuerKey[] {
    const own = this.known().map(({ keyId, publicKey, validFrom, validUntil }) => ({
      keyId,
      publicKey,
      ...(validFrom !== null && { validFrom }),
      ...(validUntil !== null && { validUntil }),
    }));
    return [...own, ...this.parts.former];
  }

  published(log: PublishedKeys['log']): PublishedKeys {
    const own = this.known().map(({ keyId, publicKey, validFrom, validUntil, revoked }, i) => {
      const status = revoked ? 'revoked' : i === 0 ? 'active' : 'retired';
      return { keyId, publicKey, alg: 'Ed25519', status, validFrom, validUntil } as const;
    });
    const before = this.parts.former.map(
      ({ keyId, publicKey }) =>
        ({ keyId, publicKey, alg: 'Ed25519', status: 'retired', validFrom: null, validUntil: null }) as const,
    );
    return { format: KEYS_FORMAT, keys: [...own, ...before], log };
  }

  get revokedKeys(): Revocations['keys'] {
    return this.state.keys.flatMap(({ keyId, revoked }) => (revoked ? [{ keyId, ...revoked }] : []));
  }

  /** New receipts are signed with a new key. @throws Refusal KEY_ROTATED when somebody else did so meanwhile */
  async rotate(context: CommandContext): Promise<Dispatched<unknown, unknown>> {
    await this.refresh();
    const generation = this.state.generation + 1;
    const next = issuerFromSeed(await this.parts.vault.dataKey(ownerOf(generation)));
    const at = isoTime(this.parts.clock.now());
    const { keyId, publicKey } = this.present;
    const sent = await this.parts.dispatch.send(
      issuer,
      ISSUER_ID,
      {
        type: 'RotateReceiptKey',
        generation,
        keyId: next.keyId,
        publicKey: next.publicKey,
        former: { keyId, publicKey },
        formerUntil: plusMs(at, OVERLAP_MS),
        at,
      },
      { ...context, commandId: uuidv5(`${context.commandId}/${generation}`) },
    );
    await this.refresh();
    return sent;
  }

  /** @param logSize of the log when it was found out */
  async revoke(
    wanted: {
      readonly keyId: string;
      readonly from: string;
      readonly reason: string;
      readonly logSize: number;
    },
    context: CommandContext,
  ): Promise<Dispatched<unknown, unknown>> {
    const at = isoTime(this.parts.clock.now());
    const sent = await this.parts.dispatch.send(
      issuer,
      ISSUER_ID,
      { type: 'RevokeReceiptKey', ...wanted, at },
      context,
    );
    await this.refresh();
    const at0 = this.state.keys.findIndex(({ keyId }) => keyId === wanted.keyId);
    // nobody signs with it any more: what could be stolen is gone. The first one is configured, not kept
    if (at0 > 0) await this.parts.vault.destroy(ownerOf(at0));
    return sent;
  }

  /** The newest first; the first one is not in the stream until it is replaced. */
  private known(): readonly KnownReceiptKey[] {
    if (this.state.keys.length > 0) return this.state.keys.toReversed();
    const { keyId, publicKey } = this.present;
    return [{ keyId, publicKey, validFrom: null, validUntil: null, revoked: null }];
  }

  private async follow(subscription: Subscription): Promise<void> {
    for await (const { events } of subscription)
      if (events.length > 0)
        await this.refresh().catch((error: unknown) =>
          this.parts.log.error({ error: String(error) }, 'the keys of receipts could not be read'),
        );
  }

  private async refresh(): Promise<void> {
    const { state } = await this.parts.dispatch.load(issuer, ISSUER_ID);
    if (state.generation !== this.state.generation) {
      const seed = await this.parts.vault.dataKey(ownerOf(state.generation));
      this.signer = issuerFromSeed(seed);
      this.onChange(seed);
    }
    const isNew = state !== this.state;
    this.state = state;
    if (isNew) for (const changed of this.observers) changed();
  }
}
