import { Refusal } from '../../kernel/errors.js';
import { formatUsdc, type Micros } from '../../kernel/money.js';
import { availableOf, type OpenEscrow } from './state.js';

/** Events hold amounts of up to 18 digits, a trillion USDC. */
export function assertAmount(amount: Micros): void {
  if (amount <= 0n || amount >= 10n ** 18n)
    throw new Refusal('VALIDATION_FAILED', 'An amount must be more than zero and have at most 18 digits.', {
      amount: String(amount),
    });
}

export function assertCovered(required: Micros, account: OpenEscrow): void {
  const available = availableOf(account);
  if (required > available)
    throw new Refusal(
      'INSUFFICIENT_ESCROW',
      `This needs ${formatUsdc(required)} in escrow, and ${formatUsdc(available)} is available.`,
      { available: String(available), required: String(required) },
    );
}
