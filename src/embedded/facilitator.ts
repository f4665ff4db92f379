import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Network } from '@x402/core/types';
import { keyFromFile } from '../adapters/solana/key-file.js';
import { Facilitator } from './facilitator/facilitator.js';
import { closeServer, portOf, serveFacilitator } from './facilitator/facilitator-server.js';
import { ResourceBook } from './facilitator/resource-book.js';
import { SettlementBook } from './facilitator/settlement-book.js';
import { LOOPBACK } from './loopback-port.js';

export interface FacilitatorOptions {
  /** the fee payer's key and the books are kept here */
  readonly dataDir: string;
  readonly rpcUrl: string;
  /** CAIP-2 */
  readonly network: string;
  /** 0 or absent: a free one */
  readonly port?: number;
  /** loopback by default */
  readonly host?: string;
}

export interface RunningFacilitator {
  readonly url: string;
  /** address that pays the fees, and needs SOL to do so */
  readonly feePayer: string;
  close(): Promise<void>;
}

/** An x402 facilitator on any Solana whose RPC can be reached; durable in `dataDir`. */
export async function startFacilitator(options: FacilitatorOptions): Promise<RunningFacilitator> {
  const { dataDir, rpcUrl, network, port = 0, host = LOOPBACK } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const feePayer = await keyFromFile(join(dataDir, 'facilitator.json'));
  const book = new SettlementBook(join(dataDir, 'settlements.jsonl'));
  const resources = new ResourceBook(join(dataDir, 'resources.jsonl'));
  const closeBooks = (): void => {
    book.close();
    resources.close();
  };
  try {
    const facilitator = new Facilitator(network as Network, feePayer, rpcUrl, book, resources);
    const server = await serveFacilitator(facilitator, port, host, resources);
    return {
      url: `http://${host}:${portOf(server)}`,
      feePayer: feePayer.address,
      close: async () => {
        await closeServer(server);
        closeBooks();
      },
    };
  } catch (error) {
    closeBooks();
    throw error;
  }
}
