import { formatUsdc, type Micros, parseMicros } from '../kernel/money.js';
import { notSo, readSignInMessage, writeSignInMessage } from './sign-in-message.js';

/** Who asks for a mandate, and where its money is. */
export interface MandateSite {
  /** public address of this installation */
  readonly url: string;
  /** CAIP-2 */
  readonly network: string;
  /** mint of the money */
  readonly asset: string;
}

/** What a wallet approves. */
export interface MandateTerms {
  readonly userId: string;
  readonly wallet: string;
  readonly maxTotal: Micros;
  readonly maxPerTransaction: Micros;
  readonly allowedRecipients?: readonly string[];
  readonly expiresAt: string;
  readonly nonce: string;
  readonly issuedAt: string;
}

/** The names Sign-In-With-Solana has for networks. */
const CHAINS: Readonly<Record<string, string>> = {
  'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp': 'solana:mainnet',
  'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1': 'solana:devnet',
  'solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z': 'solana:testnet',
};

const NAME = 'urn:quittance:mandate';

/** The limits stand in it twice: in words for a person, and as resources for programs. Both are made of the same terms. */
export function writeMandateMessage(terms: MandateTerms, { url, network, asset }: MandateSite): string {
  const { userId, maxTotal, maxPerTransaction, allowedRecipients, expiresAt } = terms;
  const { host, href } = new URL(url);
  return writeSignInMessage({
    domain: host,
    address: terms.wallet,
    statement: statementOf(terms),
    uri: href,
    chainId: CHAINS[network] ?? 'solana:localnet',
    nonce: terms.nonce,
    issuedAt: terms.issuedAt,
    expirationTime: expiresAt,
    resources: [
      `${NAME}:user:${userId}`,
      `${NAME}:asset:${network}:${asset}`,
      `${NAME}:max-total:${maxTotal}`,
      `${NAME}:max-per-transaction:${maxPerTransaction}`,
      ...(allowedRecipients ?? []).map((recipient) => `${NAME}:recipient:${recipient}`),
    ],
  });
}

function statementOf({ userId, maxTotal, maxPerTransaction, allowedRecipients, expiresAt }: MandateTerms) {
  const whom = allowedRecipients
    ? `to ${allowedRecipients.length === 1 ? 'the recipient' : `the ${allowedRecipients.length} recipients`} named below`
    : 'to whoever a plan names';
  return (
    `Quittance may approve plans of ${userId} for me until ${expiresAt}: up to ${formatUsdc(maxTotal)} in all, ` +
    `up to ${formatUsdc(maxPerTransaction)} for one plan, ${whom}.`
  );
}

/**
 * The terms a message states. Whatever is read is written again, and must give the same bytes: words and resources say
 * the same, for this site and this money, and nothing else is said.
 * @throws Refusal MANDATE_MESSAGE_INVALID
 */
export function readMandateMessage(text: string, site: MandateSite): MandateTerms {
  const { address: wallet, nonce, issuedAt, expirationTime, resources } = readSignInMessage(text);
  const valuesOf = (name: string): string[] =>
    resources.flatMap((resource) =>
      resource.startsWith(`${NAME}:${name}:`) ? [resource.slice(NAME.length + name.length + 2)] : [],
    );
  const one = (name: string): string => {
    const [value, ...more] = valuesOf(name);
    if (value === undefined || more.length > 0) throw notSo(name, 'is not said once');
    return value;
  };
  const amount = (name: string): Micros => {
    try {
      return parseMicros(one(name));
    } catch {
      throw notSo(name, 'is not an amount');
    }
  };
  const recipients = valuesOf('recipient');
  if (new Set(recipients).size < recipients.length) throw notSo('recipient', 'is named twice');
  for (const at of [issuedAt, expirationTime])
    if (Number.isNaN(Date.parse(at)) || new Date(at).toISOString() !== at)
      throw notSo('time', 'is no time there is');
  const terms: MandateTerms = {
    userId: one('user'),
    wallet,
    maxTotal: amount('max-total'),
    maxPerTransaction: amount('max-per-transaction'),
    ...(recipients.length > 0 && { allowedRecipients: recipients }),
    expiresAt: expirationTime,
    nonce,
    issuedAt,
  };
  if (writeMandateMessage(terms, site) !== text)
    throw notSo('text', 'says something else than its terms, or is for another site');
  return terms;
}
