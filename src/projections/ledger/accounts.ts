/**
 * The chart of accounts. One asset, micro-USDC; a debit is positive, a credit negative, and all accounts together
 * are zero at any time.
 *
 * | Kind        | One for each              | Side   | What its balance says                                     |
 * |-------------|---------------------------|--------|-----------------------------------------------------------|
 * | `chain`     | installation              | debit  | what the custodial token account holds, as far as booked  |
 * | `transit`   | transfer out              | credit | signed, and not seen on the chain yet                     |
 * | `available` | user                      | credit | what we owe the user and nothing is reserved of           |
 * | `held`      | hold of a user            | credit | what we owe the user and a run has reserved               |
 * | `services`  | payment                   | zero   | debit: paid and not captured yet; credit: came back, and not credited yet |
 * | `owed`      | withdrawal, settlement    | credit | out of a user's claims, and not sent to its recipient yet |
 * | `platform`  | installation              | credit | our own share of what was earned                          |
 * | `reserve`   | installation              | credit | put aside for disputes                                    |
 * | `earnings`  | other owner of earnings   | credit | what the owner has earned and not taken out               |
 *
 * Fees of the chain are not in these books: they are paid in SOL, by whoever the transaction names as fee payer.
 */
export type AccountKind =
  | 'chain'
  | 'transit'
  | 'available'
  | 'held'
  | 'services'
  | 'owed'
  | 'platform'
  | 'reserve'
  | 'earnings';

export interface Account {
  readonly kind: AccountKind;
  /** whose claim it is */
  readonly owner?: string;
  /** hold, payment, withdrawal or settlement it is kept for */
  readonly subject?: string;
}

export const chain: Account = { kind: 'chain' };
export const transit = (subject: string): Account => ({ kind: 'transit', subject });
export const available = (owner: string): Account => ({ kind: 'available', owner });
export const held = (owner: string, subject: string): Account => ({ kind: 'held', owner, subject });
export const services = (subject: string): Account => ({ kind: 'services', subject });

export const owed = (subject: string): Account => ({ kind: 'owed', subject });
export const earnings = (owner: string): Account =>
  owner === 'platform' || owner === 'reserve' ? { kind: owner } : { kind: 'earnings', owner };

/** Different for different accounts, whatever their ids are made of. */
export const accountName = ({ kind, owner, subject }: Account): string =>
  [kind, owner, subject].flatMap((part) => (part === undefined ? [] : escaped(part))).join('/');

const escaped = (part: string): string => part.replaceAll('%', '%25').replaceAll('/', '%2F');
