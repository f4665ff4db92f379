import { accountMethods } from './rpc-accounts.js';
import { clusterMethods } from './rpc-cluster.js';
import type { RpcContext, RpcMethod } from './rpc-context.js';
import { transactionMethods } from './rpc-transactions.js';

/** The part of Solana's JSON-RPC that x402, wallets, deposits and recovery use, and two faucets. */
export const rpcMethods = (context: RpcContext): ReadonlyMap<string, RpcMethod> =>
  new Map(
    Object.entries({
      ...clusterMethods(context),
      ...accountMethods(context),
      ...transactionMethods(context),
    }),
  );
