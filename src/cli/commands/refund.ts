import pc from 'picocolors';
import { z } from 'zod';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { amount, plainText } from '../show/figures.js';
import { Screen } from '../show/screen.js';

const claimed = z.looseObject({
  refund: z.looseObject({
    status: z.string(),
    amountMicro: z.string(),
    payTo: z.string(),
    memo: z.string().optional(),
    until: z.string().optional(),
    signature: z.string().optional(),
    explorerUrl: z.string().optional(),
  }),
});

/** Asks for a payment back that was not answered, and says by what it will be known. */
export async function refund(paymentId: string, options: ConnectOptions): Promise<number> {
  const { client } = requireInstallation(options);
  const path = `/payments/${encodeURIComponent(paymentId)}/refund`;
  const { refund: claim } = await client.post(path, {}, claimed);
  new Screen().say(...claimLines(claim));
  return 0;
}

export function claimLines(claim: z.output<typeof claimed>['refund']): string[] {
  const usdc = `${amount(claim.amountMicro)} USDC`;
  if (claim.signature !== undefined)
    return [
      `${pc.green('✓')} The payment was given back by ${plainText(claim.explorerUrl ?? claim.signature)}.`,
    ];
  return [
    `${pc.green('✓')} ${usdc} are asked back, and looked for until ${plainText(claim.until ?? '')}.`,
    `  Its recipient gives it back by a transfer to ${plainText(claim.payTo)}`,
    `  with the memo ${plainText(claim.memo ?? '')}`,
  ];
}
