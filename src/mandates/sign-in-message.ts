import { Refusal } from '../kernel/errors.js';

/**
 * A Sign-In-With-Solana message, as the Wallet Standard's `solana:signIn` writes it. Every field but the optional
 * bounds is wanted here, so that there is one text for one meaning.
 */
export interface SignInMessage {
  /** RFC 3986 authority: who asks */
  readonly domain: string;
  /** base58 address of the wallet */
  readonly address: string;
  /** one line for a person */
  readonly statement: string;
  readonly uri: string;
  readonly chainId: string;
  /** at least 8 letters and digits */
  readonly nonce: string;
  /** ISO 8601 */
  readonly issuedAt: string;
  readonly expirationTime: string;
  readonly resources: readonly string[];
}

const WANTS = ' wants you to sign in with your Solana account:';
/** The fields in the order they are written, by the words they are written with. */
const FIELDS = [
  ['uri', 'URI'],
  ['version', 'Version'],
  ['chainId', 'Chain ID'],
  ['nonce', 'Nonce'],
  ['issuedAt', 'Issued At'],
  ['expirationTime', 'Expiration Time'],
] as const;
const VERSION = '1';

/** More than any message of ours, and a bound for what is read of a stranger's. */
const MOST_CHARS = 6_000;

export function writeSignInMessage(message: SignInMessage): string {
  const fields = { ...message, version: VERSION };
  return [
    `${message.domain}${WANTS}`,
    message.address,
    '',
    message.statement,
    '',
    ...FIELDS.map(([field, word]) => `${word}: ${fields[field]}`),
    'Resources:',
    ...message.resources.map((resource) => `- ${resource}`),
  ].join('\n');
}

/** What each part may be made of: visible ASCII, no line break anywhere, so that no field can pretend to be another. */
const PATTERNS = {
  domain: /^[A-Za-z0-9.[\]:_-]{1,260}$/,
  address: /^[1-9A-HJ-NP-Za-km-z]{32,44}$/,
  statement: /^[\x20-\x7e]{1,1000}$/,
  uri: /^[a-z][a-z0-9+.-]*:[\x21-\x7e]{1,400}$/,
  version: /^1$/,
  chainId: /^[a-z]+(:[a-z]+)?$/,
  nonce: /^[A-Za-z0-9]{8,64}$/,
  issuedAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  expirationTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  resource: /^[a-z][a-z0-9+.-]*:[\x21-\x7e]{1,200}$/,
} as const;

type Part = keyof typeof PATTERNS;

/**
 * Reads exactly what {@link writeSignInMessage} writes, and nothing that merely looks like it.
 * @throws Refusal MANDATE_MESSAGE_INVALID naming the part that is not as it should be
 */
export function readSignInMessage(text: string): SignInMessage {
  if (text.length > MOST_CHARS) throw notSo('message', 'is too long');
  const lines = text.split('\n');
  const next = (part: string): string => {
    const line = lines.shift();
    if (line === undefined) throw notSo(part, 'is missing');
    return line;
  };
  const blank = (before: string) => {
    if (next(before) !== '') throw notSo(before, 'is not where it belongs');
  };
  const head = next('domain');
  if (!head.endsWith(WANTS)) throw notSo('domain', 'does not stand in the first line');
  const domain = checked('domain', head.slice(0, -WANTS.length));
  const address = checked('address', next('address'));
  blank('statement');
  const statement = checked('statement', next('statement'));
  blank('uri');
  const fields = Object.fromEntries(
    FIELDS.map(([field, word]) => {
      const line = next(field);
      if (!line.startsWith(`${word}: `)) throw notSo(field, 'is not where it belongs');
      return [field, checked(field, line.slice(word.length + 2))];
    }),
  ) as Record<(typeof FIELDS)[number][0], string>;
  if (next('resources') !== 'Resources:') throw notSo('resources', 'are not where they belong');
  const resources = lines.map((line) => {
    if (!line.startsWith('- ')) throw notSo('resources', 'are not a list');
    return checked('resource', line.slice(2));
  });
  const { version: _version, ...rest } = fields;
  return { domain, address, statement, ...rest, resources };
}

function checked(part: Part, value: string): string {
  if (!PATTERNS[part].test(value)) throw notSo(part, 'is malformed');
  return value;
}

export const notSo = (part: string, how: string): Refusal =>
  new Refusal('MANDATE_MESSAGE_INVALID', `The message is not one of a mandate: its ${part} ${how}.`, {
    part,
  });
