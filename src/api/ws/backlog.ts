import type { WebSocket } from 'ws';
import { LIMITS } from '../../kernel/limits.js';
import { closings } from './closings.js';

/** ms a cut client has to say goodbye before its connection is dropped */
const GOODBYE = 1_000;

/**
 * What waits for one client. History is brought only as fast as it is taken; what is pushed live may pile up to a
 * bound, then the client is cut and told why. It resumes from the last number it has.
 */
export class Backlog {
  private waiting = 0;
  private cut = false;
  private eased: (() => void) | undefined;

  constructor(
    private readonly client: WebSocket,
    private readonly onCut: () => void,
  ) {
    client.on('close', () => this.eased?.());
  }

  send(message: object): void {
    if (this.cut || this.client.readyState !== this.client.OPEN) return;
    this.waiting++;
    this.client.send(JSON.stringify(message), () => {
      this.waiting--;
      if (this.isEased()) this.eased?.();
    });
    if (this.waiting > LIMITS.socketBacklog || this.client.bufferedAmount > LIMITS.socketBacklogBytes)
      this.cutOff();
  }

  /** Resolves once half of the bound is free, or the client is gone. */
  room(): Promise<void> {
    if (this.isEased() || this.client.readyState !== this.client.OPEN) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.cutOff(), LIMITS.socketPatience);
      this.eased = () => {
        clearTimeout(timer);
        this.eased = undefined;
        resolve();
      };
    });
  }

  private isEased = (): boolean =>
    this.waiting <= LIMITS.socketBacklog / 2 && this.client.bufferedAmount <= LIMITS.socketBacklogBytes / 2;

  private cutOff(): void {
    if (this.cut) return;
    this.cut = true;
    this.client.close(closings.tooSlow.code, closings.tooSlow.reason);
    setTimeout(() => this.client.terminate(), GOODBYE).unref();
    this.onCut();
    this.eased?.();
  }
}
