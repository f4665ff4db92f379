import { Socket } from 'node:net';
import pg from 'pg';

/**
 * A client that sends statements without waiting for the answers of those before. It knows its own socket, so that
 * what belongs together goes out by one write: each one wakes a process of the server.
 */
export class PipelinedClient extends pg.Client {
  private readonly socket: Socket;
  private isHeld = false;

  constructor(config: pg.ClientConfig = {}) {
    const socket = new Socket();
    super({ ...config, stream: () => socket, pipeline: true });
    this.socket = socket;
  }

  /** What is sent from now on goes out with {@link flush}. */
  hold(): void {
    if (this.isHeld) return;
    this.isHeld = true;
    this.socket.cork();
  }

  flush(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.socket.uncork();
  }
}
