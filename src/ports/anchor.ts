import type { PreparedTransfers, TransferSender } from './transfers.js';

/** A signed transaction that moves nothing and says something, to be recorded before it leaves the process. */
export type PreparedMemo = Pick<
  PreparedTransfers,
  'transaction' | 'signature' | 'lastValidBlockHeight' | 'slot'
>;

/** Says something on a chain, where it stands for ever with the time of its block. */
export interface AnchorSender extends Pick<TransferSender, 'broadcast' | 'fate'> {
  /** CAIP-2 */
  readonly network: string;
  /** Signs and sends nothing. @throws Refusal CHAIN_UNREACHABLE (retryable) */
  prepareMemo(memo: string): Promise<PreparedMemo>;
}
