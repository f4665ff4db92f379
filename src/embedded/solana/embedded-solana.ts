import { join } from 'node:path';
import type { Address } from '@solana/kit';
import { keyFromFile } from '../../adapters/solana/key-file.js';
import { DataFolder } from './data-folder.js';
import { Faucet } from './faucet.js';
import { FolderLock } from './folder-lock.js';
import { genesis } from './genesis.js';
import { rpcMethods } from './rpc-methods.js';
import { RpcServer } from './rpc-server.js';
import { DEVNET_USDC } from './well-known.js';

export interface EmbeddedSolanaOptions {
  readonly dataDir: string;
  /** 0 or absent: a free one */
  readonly port?: number;
  /** ms of one slot of a new chain; an existing one keeps its own. Blockhashes live 150 slots. */
  readonly slotMs?: number;
  readonly finalitySlots?: number;
  /** ms since the epoch */
  readonly now?: () => number;
}

const SLOT_MS = 200;
const FINALITY_SLOTS = 8;
const SNAPSHOT_CHECK_MS = 5_000;

/** A Solana of one node on loopback whose confirmed transactions survive any crash. For development and tests. */
export class EmbeddedSolana {
  #snapshots: NodeJS.Timeout | undefined;

  private constructor(
    private readonly lock: FolderLock,
    private readonly folder: DataFolder,
    private readonly server: RpcServer,
    readonly faucet: Faucet,
    readonly port: number,
  ) {
    this.#snapshots = setInterval(() => {
      folder.snapshotIfDue().catch(() => clearInterval(this.#snapshots));
    }, SNAPSHOT_CHECK_MS);
    this.#snapshots.unref();
  }

  static async start(options: EmbeddedSolanaOptions): Promise<EmbeddedSolana> {
    const { dataDir, slotMs = SLOT_MS, finalitySlots = FINALITY_SLOTS, now = Date.now } = options;
    const lock = await FolderLock.take(dataDir);
    let folder: DataFolder | undefined;
    try {
      folder = new DataFolder(dataDir, { slotMs, finalitySlots, now });
      const { ledger } = folder;
      const bank = await keyFromFile(join(dataDir, 'mint-authority.json'));
      if (!ledger.svm.getAccount(DEVNET_USDC).exists) ledger.plant(genesis(bank.address));
      await ledger.journal.durable();
      const faucet = new Faucet(ledger, bank);
      const server = new RpcServer(ledger, rpcMethods({ ledger, faucet }));
      const port = await server.listen(options.port ?? 0);
      return new EmbeddedSolana(lock, folder, server, faucet, port);
    } catch (error) {
      folder?.abandon();
      await lock.release();
      throw error;
    }
  }

  get rpcUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  lamportsOf(account: Address): bigint {
    return this.folder.ledger.svm.getBalance(account) ?? 0n;
  }

  /** Waits until everything done so far is on the disk. */
  durable(): Promise<void> {
    return this.folder.ledger.journal.durable();
  }

  /** Lets slots pass at once: blockhashes expire, blocks become final. */
  skipSlots(count: number): void {
    this.folder.ledger.slots.skip(count);
    this.server.announce();
  }

  async close(): Promise<void> {
    clearInterval(this.#snapshots);
    await this.server.close();
    await this.folder.close();
    await this.lock.release();
  }
}
