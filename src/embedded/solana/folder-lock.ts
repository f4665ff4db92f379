import { createHash } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Refusal } from '../../kernel/errors.js';

/** How long a predecessor that is still shutting down is waited for. */
const PATIENCE_MS = 20_000;
const RETRY_MS = 50;

/**
 * One process per data folder. The lock is a listening socket, so it is gone with its process, however that ended;
 * a process id in a file would not be, and may belong to somebody else after a restart.
 */
export class FolderLock {
  private constructor(
    readonly path: string,
    private readonly server: Server,
  ) {}

  /** @throws Refusal DATA_FOLDER_IN_USE */
  static async take(folder: string, patienceMs = PATIENCE_MS): Promise<FolderLock> {
    // Socket paths are short (108 bytes), folders need not be.
    const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 24);
    const path = join(tmpdir(), `quittance-chain-${name}.sock`);
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const server = await listenOn(path);
      if (server) return new FolderLock(path, server);
      if (!(await isHeld(path))) removeStale(path);
      else if (Date.now() > deadline)
        throw new Refusal('DATA_FOLDER_IN_USE', `Another process uses the chain in ${folder}.`, { folder });
      else await new Promise((wake) => setTimeout(wake, RETRY_MS));
    }
  }

  async release(): Promise<void> {
    await new Promise((done) => this.server.close(done));
  }
}

function listenOn(path: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? done(undefined) : fail(error),
    );
    server.listen(path, () => {
      server.unref();
      done(server);
    });
  });
}

function isHeld(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
