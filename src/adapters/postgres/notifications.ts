import { setTimeout as pause } from 'node:timers/promises';
import { LastingClient } from './lasting-client.js';

const RETRY_MS = 250;

/**
 * LISTEN on one channel for the whole process. Calls `hear('')` after each reconnection: something may be missed.
 * `processId` is the server's process whose transaction said so.
 */
export class Notifications {
  private readonly client: LastingClient;
  private closed = false;

  constructor(url: string, channel: string, hear: (payload: string, processId?: number) => void) {
    this.client = new LastingClient(
      url,
      `listen ${channel}`,
      async (client) => {
        client.on('notification', ({ payload, processId }) => hear(payload ?? '', processId));
        await client.query(`LISTEN ${channel}`);
        hear('');
      },
      () => void this.listen(),
    );
  }

  /** Resolves when it listens, or has been closed. */
  async listen(): Promise<void> {
    while (!this.closed)
      try {
        await this.client.connected();
        return;
      } catch {
        await pause(RETRY_MS);
      }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client.close();
  }
}
