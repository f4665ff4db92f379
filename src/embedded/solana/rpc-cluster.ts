import { inContext, type RpcContext, type RpcMethod } from './rpc-context.js';
import { BLOCKHASH_LIFE, FIRST_SLOT } from './slots.js';
import { DEVNET_GENESIS_HASH } from './well-known.js';

/** Questions about the chain itself: slots, heights, blockhashes, rent. */
export function clusterMethods(context: RpcContext): Record<string, RpcMethod> {
  const { ledger } = context;
  const { slots, svm } = ledger;
  return {
    getFirstAvailableBlock: () => FIRST_SLOT,
    getHealth: () => 'ok',
    getVersion: () => ({ 'solana-core': '2.3.0', 'feature-set': 0 }),
    getGenesisHash: () => DEVNET_GENESIS_HASH,
    getSlot: (params) => slots.at(params.options(0).commitment),
    getBlockHeight: (params) => slots.at(params.options(0).commitment),
    getEpochInfo: (params) => {
      const slot = slots.at(params.options(0).commitment);
      return {
        absoluteSlot: slot,
        blockHeight: slot,
        epoch: 0,
        slotIndex: slot,
        slotsInEpoch: 432_000,
        transactionCount: ledger.index.size,
      };
    },
    getLatestBlockhash: (params) => {
      const slot = slots.at(params.options(0).commitment);
      return inContext(context, {
        blockhash: slots.blockhash(slot),
        lastValidBlockHeight: slot + BLOCKHASH_LIFE,
      });
    },
    isBlockhashValid: (params) => inContext(context, slots.isRecent(params.text(0))),
    getMinimumBalanceForRentExemption: (params) =>
      Number(svm.minimumBalanceForRentExemption(BigInt(params.whole(0)))),
    getRecentPrioritizationFees: () => [],
  };
}
