import type { Faucet } from './faucet.js';
import type { Ledger } from './ledger.js';
import type { RpcParams } from './rpc-params.js';

export interface RpcContext {
  readonly ledger: Ledger;
  readonly faucet: Faucet;
}

export type RpcMethod = (params: RpcParams) => unknown;

/** Most answers come with the slot they were read at. */
export const inContext = ({ ledger }: RpcContext, value: unknown): unknown => ({
  context: { slot: ledger.slots.current(), apiVersion: '2.3.0' },
  value,
});
