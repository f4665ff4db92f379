import type { WebSocket } from 'ws';
import type { Ledger } from './ledger.js';
import { invalidParams } from './rpc-error.js';
import { RpcParams } from './rpc-params.js';
import type { Commitment } from './slots.js';

type Wanted =
  | { readonly kind: 'slot' }
  | { readonly kind: 'signature'; readonly signature: string; readonly commitment: Commitment };

interface Subscription {
  readonly socket: WebSocket;
  readonly wanted: Wanted;
}

/** Open subscriptions of one chain, all sockets together; refuse above it. */
const MOST_SUBSCRIPTIONS = 10_000;
/** Bytes waiting for one client; its socket is cut above it. */
const MOST_BUFFERED = 1024 * 1024;

/** Who waits for which slot or signature. `announce` is called when either may have come. */
export class Subscriptions {
  readonly #open = new Map<number, Subscription>();
  #next = 1;
  #lastSlot = 0;

  constructor(private readonly ledger: Ledger) {}

  /** Answers a subscribe or unsubscribe call; undefined when the method is another. */
  handle(socket: WebSocket, method: string, params: unknown): number | boolean | undefined {
    const read = new RpcParams(params);
    if (method === 'slotSubscribe') return this.#add(socket, { kind: 'slot' });
    if (method === 'signatureSubscribe') {
      const wanted = { signature: read.text(0), commitment: read.options(1).commitment };
      return this.#add(socket, { kind: 'signature', ...wanted });
    }
    if (method === 'slotUnsubscribe' || method === 'signatureUnsubscribe')
      return this.#open.delete(read.whole(0));
    return undefined;
  }

  forget(socket: WebSocket): void {
    for (const [id, subscription] of this.#open) if (subscription.socket === socket) this.#open.delete(id);
  }

  announce(): void {
    const slot = this.ledger.slots.current();
    const advanced = slot !== this.#lastSlot;
    this.#lastSlot = slot;
    for (const [id, { socket, wanted }] of this.#open) {
      if (wanted.kind === 'signature') this.#announceSignature(id, socket, wanted, slot);
      else if (advanced)
        send(socket, 'slotNotification', id, {
          slot,
          parent: slot - 1,
          root: this.ledger.slots.at('finalized'),
        });
    }
  }

  /** A signature subscription ends with its one notification. */
  #announceSignature(
    id: number,
    socket: WebSocket,
    wanted: { readonly signature: string; readonly commitment: Commitment },
    slot: number,
  ): void {
    const entry = this.ledger.index.bySignature(wanted.signature);
    if (!entry) return;
    if (wanted.commitment === 'finalized' && this.ledger.slots.commitmentOf(entry.slot) !== 'finalized')
      return;
    this.#open.delete(id);
    send(socket, 'signatureNotification', id, { context: { slot }, value: { err: entry.err } });
  }

  #add(socket: WebSocket, wanted: Wanted): number {
    if (this.#open.size >= MOST_SUBSCRIPTIONS) throw invalidParams('too many subscriptions');
    const id = this.#next++;
    this.#open.set(id, { socket, wanted });
    return id;
  }
}

function send(socket: WebSocket, method: string, subscription: number, result: unknown): void {
  if (socket.bufferedAmount > MOST_BUFFERED) socket.terminate();
  else socket.send(JSON.stringify({ jsonrpc: '2.0', method, params: { subscription, result } }));
}
