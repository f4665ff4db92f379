import type { Address } from '@solana/kit';
import { isWellFormedAddress } from '../../adapters/solana/well-formed.js';
import type { AccountEncoding } from './accounts.js';
import { invalidParams } from './rpc-error.js';
import type { Commitment } from './slots.js';
import type { TransactionEncoding } from './transaction-view.js';

/** Parameters of a JSON-RPC call, read with the checks a node makes. */
export class RpcParams {
  readonly #values: readonly unknown[];

  constructor(values: unknown) {
    if (values !== undefined && !Array.isArray(values)) throw invalidParams('expected an array');
    this.#values = values ?? [];
  }

  address(index: number): Address {
    return asAddress(this.#values[index]);
  }

  addresses(index: number): Address[] {
    return this.list(index, 100).map(asAddress);
  }

  text(index: number): string {
    const value = this.#values[index];
    if (typeof value !== 'string') throw invalidParams(`parameter ${index} is not a string`);
    return value;
  }

  list(index: number, max: number): readonly unknown[] {
    const value = this.#values[index];
    if (!Array.isArray(value)) throw invalidParams(`parameter ${index} is not a list`);
    if (value.length > max) throw invalidParams(`too many inputs: ${value.length} (max: ${max})`);
    return value;
  }

  /** @returns a whole number from 0 on */
  whole(index: number): number {
    const value = this.#values[index];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw invalidParams(`parameter ${index} is not a whole number`);
    return value;
  }

  options(index: number): Options {
    const value = this.#values[index];
    return new Options(typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
  }
}

const COMMITMENTS: readonly string[] = ['processed', 'confirmed', 'finalized'];
const ACCOUNT_ENCODINGS: readonly string[] = ['base58', 'base64', 'jsonParsed'];
const TRANSACTION_ENCODINGS: readonly string[] = ['json', 'jsonParsed', 'base58', 'base64'];

export class Options {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  /** Absent means finalized, as on a node. */
  get commitment(): Commitment {
    return this.#oneOf('commitment', COMMITMENTS, 'finalized') as Commitment;
  }

  accountEncoding(otherwise: AccountEncoding = 'base58'): AccountEncoding {
    return this.#oneOf('encoding', ACCOUNT_ENCODINGS, otherwise) as AccountEncoding;
  }

  get transactionEncoding(): TransactionEncoding {
    return this.#oneOf('encoding', TRANSACTION_ENCODINGS, 'json') as TransactionEncoding;
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw invalidParams(`${name} is not a string`);
    return value;
  }

  object(name: string): Options | undefined {
    const value = this.values[name];
    return typeof value === 'object' && value !== null
      ? new Options(value as Record<string, unknown>)
      : undefined;
  }

  addresses(name: string): Address[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.map(asAddress) : [];
  }

  limit(max: number): number {
    const value = this.values['limit'] ?? max;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max)
      throw invalidParams(`limit must be from 1 to ${max}`);
    return value;
  }

  #oneOf(name: string, allowed: readonly string[], otherwise: string): string {
    const value = this.values[name] ?? otherwise;
    if (typeof value !== 'string' || !allowed.includes(value))
      throw invalidParams(`${name} must be one of ${allowed.join(', ')}`);
    return value;
  }
}

function asAddress(value: unknown): Address {
  if (typeof value !== 'string' || !isWellFormedAddress(value)) throw invalidParams('WrongSize');
  return value;
}
