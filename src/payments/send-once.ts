import { isRefusal } from '../kernel/errors.js';
import type { PreparedTransfers, TransferSender } from '../ports/transfers.js';

/**
 * Hands recorded bytes to the chain. That a node refused them, or did not answer, says nothing: they may have landed,
 * or land by an earlier send. Who asks the chain later learns which.
 */
export async function sendOnce(
  sender: Pick<TransferSender, 'broadcast'>,
  transfer: Pick<PreparedTransfers, 'transaction' | 'signature'>,
): Promise<void> {
  try {
    await sender.broadcast(transfer);
  } catch (error) {
    if (!isRefusal(error) || error.kind !== 'unknown') throw error;
  }
}
