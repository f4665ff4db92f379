import type { Catalogue, ServiceOffer } from '../../ports/catalogue.js';
import { type Purse, readListing } from './listing.js';
import { type HttpGet, readAllItems } from './pages.js';
import { rank } from './similarity.js';

const CACHE_MS = 5 * 60_000;
/** as long as somebody waits for a list who can do without */
const SOON_MS = 250;

export interface BazaarCatalogueOptions extends Purse {
  /** `/discovery/resources` is asked below it */
  readonly registryUrl: string;
  readonly get: HttpGet;
  /** ms a list is good for; five minutes by default */
  readonly cacheMs?: number;
  /** ms, monotonic; performance.now by default */
  readonly now?: () => number;
}

interface Loaded {
  readonly at: number;
  readonly offers: readonly ServiceOffer[];
  readonly dropped: number;
}

/** The paid services a Bazaar registry lists, as far as they can be understood and paid by us. */
export class BazaarCatalogue implements Catalogue {
  #loaded: Loaded | undefined;
  #loading: Promise<Loaded> | undefined;

  constructor(private readonly options: BazaarCatalogueOptions) {}

  /** Items of the last list that were left out: not readable, too large, not typed, or not for our money. */
  get dropped(): number {
    return this.#loaded?.dropped ?? 0;
  }

  get known(): readonly ServiceOffer[] | undefined {
    const loaded = this.#loaded;
    return loaded && this.#now() - loaded.at < this.#cacheMs ? loaded.offers : undefined;
  }

  /** @throws Refusal REGISTRY_DOWN | REGISTRY_BAD_OUTPUT when there never was a list; else the old one stays */
  async all(): Promise<readonly ServiceOffer[]> {
    const { known } = this;
    if (known) return known;
    const old = this.#loaded;
    if (old === undefined) return (await this.#load()).offers;
    return (await this.#load().catch(() => old)).offers;
  }

  soon(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, SOON_MS);
      const over = () => {
        clearTimeout(timer);
        resolve();
      };
      this.all().then(over, over);
    });
  }

  async search(query: string, limit: number): Promise<readonly ServiceOffer[]> {
    return rank(await this.all(), query).slice(0, limit);
  }

  async byId(id: string): Promise<ServiceOffer | undefined> {
    return (await this.all()).find((offer) => offer.id === id);
  }

  /** Asks again now. @throws Refusal REGISTRY_DOWN | REGISTRY_BAD_OUTPUT */
  async refresh(): Promise<readonly ServiceOffer[]> {
    return (await this.#load()).offers;
  }

  /** However many ask, the registry is asked once. */
  #load(): Promise<Loaded> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #read(): Promise<Loaded> {
    const { registryUrl, get, network, asset } = this.options;
    const items = await readAllItems(registryUrl, get);
    const offers = new Map<string, ServiceOffer>();
    for (const item of items) {
      const offer = readListing(item, { network, asset });
      // The first keeps its id: nobody takes another's place by listing the same one later.
      if (offer !== undefined && !offers.has(offer.id)) offers.set(offer.id, offer);
    }
    const dropped = items.length - offers.size;
    this.#loaded = { at: this.#now(), offers: [...offers.values()], dropped };
    return this.#loaded;
  }

  get #cacheMs(): number {
    return this.options.cacheMs ?? CACHE_MS;
  }

  #now(): number {
    return (this.options.now ?? (() => performance.now()))();
  }
}
