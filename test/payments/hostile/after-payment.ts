import type { HostileCase } from './hostile-house.js';
import { answering, asking, type Conduct, type Sale } from './hostile-service.js';
import { parties } from './parties.js';
import { dripping, endless } from './words.js';

type Paid = NonNullable<Conduct['paid']>;
type Reply = (response: Parameters<Paid>[0], sale: Sale) => unknown;

const does = (name: string, paid: Paid, more: Partial<HostileCase> = {}): HostileCase => ({
  name,
  paid,
  ...more,
});
/** Takes the money, every time it is offered, and then does something else than to answer. */
const settles = (name: string, reply: Reply, more: Partial<HostileCase> = {}): HostileCase =>
  does(
    name,
    async (response, sale) => {
      await sale.settle();
      await reply(response, sale);
    },
    more,
  );
const status =
  (code: number): Reply =>
  (response) =>
    response.writeHead(code).end('{}');
const forged = (more = {}) => ({
  success: true,
  transaction: '5'.repeat(88),
  network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
  payer: parties().escrow,
  ...more,
});
let earlier: string | undefined;
const settleLater = (sales: readonly Sale[]) => sales[0]!.settle();

/** What a service does that holds a signed payment. */
export const afterPayment: readonly HostileCase[] = [
  settles('settles, and says nothing of it', (response) => answering(response)),
  settles('settles, and says that it did not', (response) => answering(response, forged({ success: false }))),
  settles('settles, and names another transaction', (response) => answering(response, forged())),
  settles('settles, and tells of it in what is no base64', (response) => {
    response.writeHead(200, { 'payment-response': '*' }).end('{}');
  }),
  does('settles twenty times', async (response, sale) => {
    const all = await Promise.all(Array.from({ length: 20 }, () => sale.settle()));
    earlier = all[0]!.transaction;
    answering(response, all[0]);
  }),
  does('does not settle, and answers', (response) => answering(response)),
  does('does not settle, and forges a receipt', (response) => answering(response, forged())),
  does('does not settle, and shows the receipt of another payment', (response) =>
    answering(response, forged({ transaction: earlier })),
  ),
  does('does not settle, and shows a receipt that is a book', (response) =>
    answering(response, forged({ transaction: 'x'.repeat(10_000) })),
  ),
  does('asks again after it was paid', status(402)),
  does('asks for more after it was paid', (response) =>
    asking(response, { x402Version: 2, resource: { url: 'http://x' }, accepts: [{ amount: '99999999' }] }),
  ),
  settles('settles, and asks again', status(402)),
  settles('settles, and answers 500', status(500)),
  settles('settles, and refuses the work', status(422)),
  settles('settles, and breaks off', (response) => response.destroy()),
  settles('settles, and never answers', () => undefined, { hasty: true }),
  settles('settles, and drips', (response) => dripping(response, 200), { hasty: true }),
  settles('settles, and answers without an end', (response) => endless(response, 200)),
  settles('settles, and answers when it is asked again', (response, { number }) =>
    number === 1 ? response.destroy() : answering(response),
  ),
  settles('settles, and redirects to this machine', (response) =>
    response.writeHead(307, { location: `${parties().elsewhere.url}/take` }).end(),
  ),
  does('redirects the payment to this machine', (response) =>
    response.writeHead(307, { location: `${parties().elsewhere.url}/take` }).end(),
  ),
  does('redirects the payment to the address of metadata', (response) =>
    response.writeHead(308, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  ),
  does('keeps the payment, and settles when the step has failed', status(503), { afterwards: settleLater }),
  does('refuses the work, and settles when the step has failed', status(422), { afterwards: settleLater }),
  does('says it settles later, and does', (response) => answering(response), { afterwards: settleLater }),
  does('keeps the payment until it has expired', status(503)),
  does('never answers the payment', () => undefined, { hasty: true }),
  does('sends the payment to the facilitator for more', async (response, sale) => {
    await askedFor(sale, (payload) => ({ ...payload.accepted, amount: '20000' }));
    response.writeHead(402).end('{}');
  }),
  does('sends the payment to the facilitator for another recipient', async (response, sale) => {
    await askedFor(sale, (payload) => ({ ...payload.accepted, payTo: parties().thief }));
    response.writeHead(402).end('{}');
  }),
  does('changes the signed bytes and settles those', async (response, sale) => {
    await askedFor(sale, ({ accepted }) => accepted, tampered);
    response.writeHead(402).end('{}');
  }),
];

interface Payload {
  readonly accepted: object;
  readonly payload: { readonly transaction: string };
}

/** Another byte of the amount, which the signature does not cover any more. */
function tampered(payload: Payload): Payload {
  const wire = Buffer.from(payload.payload.transaction, 'base64');
  const at = wire.indexOf(Buffer.from([12, 0x10, 0x27, 0, 0, 0, 0, 0, 0]));
  wire[at + 2] = 0x28;
  return { ...payload, payload: { transaction: wire.toString('base64') } };
}

let facilitator = '';
export const useFacilitator = (url: string): void => {
  facilitator = url;
};

/** @throws Error when the facilitator takes it */
async function askedFor(
  { header }: Sale,
  requirements: (payload: Payload) => object,
  change: (payload: Payload) => Payload = (payload) => payload,
): Promise<void> {
  const sent = JSON.parse(Buffer.from(header, 'base64').toString()) as Payload;
  const paymentPayload = change(sent);
  const answer = await fetch(`${facilitator}/settle`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ x402Version: 2, paymentPayload, paymentRequirements: requirements(sent) }),
  });
  const { success } = (await answer.json()) as { success: boolean };
  if (success) throw new Error('the facilitator settled it');
}
