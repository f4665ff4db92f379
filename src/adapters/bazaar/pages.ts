import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';

/** One GET, bounded in bytes and time by whoever gives it: `(url) => guardedClient.request({ method: 'GET', url })`. */
export type HttpGet = (url: string) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

const PAGE = 100;
/** items of one registry; the rest is not read */
export const MOST_ITEMS = 2_000;

const page = z.object({
  items: z.array(z.unknown()).max(1_000),
  pagination: z.object({ total: z.int().min(0) }),
});

/**
 * All items of a Bazaar registry, page by page.
 * @throws Refusal REGISTRY_DOWN (retryable), REGISTRY_BAD_OUTPUT
 */
export async function readAllItems(registryUrl: string, get: HttpGet): Promise<unknown[]> {
  const items: unknown[] = [];
  for (;;) {
    const { items: more, pagination } = await readPage(registryUrl, items.length, get);
    items.push(...more);
    if (more.length === 0 || items.length >= Math.min(pagination.total, MOST_ITEMS)) return items;
  }
}

async function readPage(registryUrl: string, offset: number, get: HttpGet): Promise<z.output<typeof page>> {
  const url = new URL(`discovery/resources?type=http&limit=${PAGE}&offset=${offset}`, slashed(registryUrl));
  const { status, body } = await get(url.href).catch((cause: unknown) => {
    throw new Refusal('REGISTRY_DOWN', 'The registry of services gives no answer.', {}, 'retryable', {
      cause,
    });
  });
  if (status !== 200)
    throw new Refusal(
      'REGISTRY_DOWN',
      'The registry of services refuses to answer.',
      { status },
      'retryable',
    );
  try {
    return page.parse(JSON.parse(new TextDecoder().decode(body)));
  } catch (cause) {
    throw new Refusal(
      'REGISTRY_BAD_OUTPUT',
      'The registry answers something else than a list.',
      {},
      'terminal',
      {
        cause,
      },
    );
  }
}

const slashed = (url: string): string => (url.endsWith('/') ? url : `${url}/`);
