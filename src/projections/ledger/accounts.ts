/**
 * The chart of accounts. One asset, micro-USDC; a debit is positive, a credit negative, and all accounts together
 * are zero at any time.
 *
 * | Kind        | One for each        | Side   | What its balance says                                            |
 * |-------------|---------------------|--------|------------------------------------------------------------------|
 * | `chain`     | installation        | debit  | what the custodial token account holds, as far as it is booked    |
 * | `transit`   | payment, withdrawal | credit | sent, or about to be, and not seen on the chain yet               |
 * | `available` | user                | credit | what we owe the user and nothing is reserved of                   |
 * | `held`      | hold of a user      | credit | what we owe the user and a run has reserved                       |
 * | `services`  | payment             | zero   | debit: paid, not captured from a hold yet; credit: came back, not credited yet |
 * | `platform`  | installation        | credit | our own share of what was earned                                  |
 * | `reserve`   | installation        | credit | put aside for disputes                                            |
 * | `fees`      | installation        | credit | fees that were kept                                               |
 */
export type AccountKind =
  | 'chain'
  | 'transit'
  | 'available'
  | 'held'
  | 'services'
  | 'platform'
  | 'reserve'
  | 'fees';

export interface Account {
  readonly kind: AccountKind;
  /** user whose claim it is */
  readonly owner?: string;
  /** hold, payment or withdrawal it is kept for */
  readonly subject?: string;
}

export const chain: Account = { kind: 'chain' };
export const transit = (subject: string): Account => ({ kind: 'transit', subject });
export const available = (owner: string): Account => ({ kind: 'available', owner });
export const held = (owner: string, subject: string): Account => ({ kind: 'held', owner, subject });
export const services = (subject: string): Account => ({ kind: 'services', subject });

/** Different for different accounts, whatever their ids are made of. */
export const accountName = ({ kind, owner, subject }: Account): string =>
  [kind, owner, subject].flatMap((part) => (part === undefined ? [] : escaped(part))).join('/');

const escaped = (part: string): string => part.replaceAll('%', '%25').replaceAll('/', '%2F');
