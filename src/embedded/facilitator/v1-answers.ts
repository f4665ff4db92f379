import type { SettleResponse, VerifyResponse } from '@x402/core/types';
import { V1_TO_V2_NETWORK_MAP } from '@x402/svm';

/** Reasons that version 1 has other words for. */
const V1_REASONS: Readonly<Record<string, string>> = {
  invalid_exact_svm_unsupported_scheme: 'unsupported_scheme',
  invalid_exact_svm_network_mismatch: 'network_mismatch',
  invalid_exact_svm_fee_payer_not_managed_by_facilitator: 'fee_payer_not_managed_by_facilitator',
  invalid_exact_svm_transaction_simulation_failed: 'transaction_simulation_failed',
  invalid_exact_svm_verification_failed: 'verification_failed',
  invalid_exact_svm_transaction_failed: 'transaction_failed',
};

const inV1 = (reason: string): string => V1_REASONS[reason] ?? reason;

export const verifiedInV1 = (answer: VerifyResponse): VerifyResponse =>
  answer.invalidReason === undefined ? answer : { ...answer, invalidReason: inV1(answer.invalidReason) };

export const settledInV1 = (answer: SettleResponse, network: string): SettleResponse => ({
  ...answer,
  network: network as SettleResponse['network'],
  ...(answer.errorReason === undefined ? {} : { errorReason: inV1(answer.errorReason) }),
});

interface Kind {
  readonly x402Version: number;
  readonly network: string;
}

/** What is supported in version 2 is in version 1 as well, under the network's old name. */
export function withV1Kinds<K extends Kind>(kinds: readonly K[]): K[] {
  const old = Object.entries(V1_TO_V2_NETWORK_MAP).flatMap(([name, caip2]) =>
    kinds
      .filter(({ network }) => network === caip2)
      .map((kind) => ({ ...kind, x402Version: 1, network: name })),
  );
  return [...kinds, ...old];
}
