import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Refusal } from '../kernel/errors.js';
import type { Placement } from './services/declaration.js';
import { Discovery } from './services/discovery/discovery.js';
import { listingOf } from './services/discovery/listing.js';
import { Cashier } from './services/server/cashier.js';
import { Counter } from './services/server/counter.js';
import { type Bazaar, bazaarServer } from './services/server/http-server.js';
import { PaymentBook } from './services/server/payment-book.js';
import { openWallet } from './services/server/wallet.js';
import { type Service, WORKSHOP } from './services/workshop.js';

export interface ServicesOptions {
  /** the provider's key and the book of payments are kept here */
  readonly dataDir: string;
  readonly facilitatorUrl: string;
  /** CAIP-2 */
  readonly network: string;
  /** mint address */
  readonly asset: string;
  /** wallet that is paid; the provider's own, made in dataDir, by default */
  readonly payTo?: string;
  /** of the embedded chain: opens the own wallet's token account there */
  readonly rpcUrl?: string;
  /** 0 or absent: a free one */
  readonly port?: number;
  /** decides when a service that fails now and then does; Math.random by default */
  readonly random?: () => number;
  /** what is sold; tests sell their own */
  readonly services?: readonly Service[];
}

export interface RunningServices {
  readonly url: string;
  readonly discoveryUrl: string;
  readonly payTo: string;
  close(): Promise<void>;
}

const WORK_MS = 25_000;

/**
 * The demo bazaar: its services, its discovery and its cashier on one loopback port.
 * @throws Refusal PORT_IN_USE
 */
export async function startServices(options: ServicesOptions): Promise<RunningServices> {
  const { dataDir, facilitatorUrl, network, asset, random = Math.random, services = WORKSHOP } = options;
  mkdirSync(dataDir, { recursive: true });
  const signer = options.payTo === undefined ? await openWallet(dataDir, asset, options.rpcUrl) : undefined;
  const payTo = options.payTo ?? signer!.address;
  let bazaar: Bazaar | undefined;
  const server = bazaarServer(() => bazaar);
  // Opened once the port is ours: a second process on this folder must not touch the book of the first.
  let book: PaymentBook | undefined;
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    book?.close();
  };
  try {
    const baseUrl = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`;
    book = new PaymentBook(join(dataDir, 'payments.jsonl'));
    const at: Placement = { baseUrl, payTo, network, asset };
    const sold = services.map(({ declaration }) => declaration);
    const cashier = await Cashier.open(facilitatorUrl, at, sold, signer);
    const opened = new Date().toISOString();
    const listings = sold.map((one) => listingOf(one, at, cashier.askFor(one.id), opened));
    bazaar = {
      services: new Map(services.map((service) => [service.declaration.id, service])),
      counter: new Counter({ cashier, book, baseUrl, random, workTime: WORK_MS, signer }),
      discovery: new Discovery(listings),
    };
    return { url: baseUrl, discoveryUrl: `${baseUrl}/discovery/resources`, payTo, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(server: ReturnType<typeof bazaarServer>, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Refusal('PORT_IN_USE', `Port ${port} is taken by another program.`, { port })
          : error,
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
