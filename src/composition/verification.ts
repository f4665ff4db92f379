import type { Verification } from '../api/dependencies.js';
import type { Config } from '../config.js';
import type { CheckOwn } from '../receipts/receipt-job.js';
import { type IssuerKey, issuerKeyId, verifyProof, verifyReceipt } from '../verifier/index.js';

/** Keys of this installation, the present one first. */
export const issuerKeysOf = (config: Config, present: IssuerKey): readonly IssuerKey[] => [
  present,
  ...config.FORMER_RECEIPT_KEYS.split(',')
    .filter((key) => key !== '')
    .map((publicKey) => ({ publicKey, keyId: issuerKeyId(publicKey) })),
];

/** The verifier with the keys of this installation; callers bring documents, never keys. */
export function verificationOf(config: Config, issuerKeys: readonly IssuerKey[]): Verification {
  const allowDevelopmentKeys = !config.PRODUCTION;
  return {
    receipt: (document) => verifyReceipt(document, { issuerKeys, allowDevelopmentKeys }),
    proof: async ({ circuitId, circuitVersion, proof, publicSignals }) =>
      verifyProof(circuitId, proof, publicSignals, {
        allowDevelopmentKeys,
        ...(circuitVersion !== undefined && { circuitVersion }),
      }),
  };
}

/** A receipt whose proof is still to come is held to the level it already brings. */
export const checkOwn =
  (config: Config, issuerKeys: readonly IssuerKey[]): CheckOwn =>
  async (document) => {
    const awaitsProof = document.statement.level === 'zero-knowledge' && !document.proof;
    const { checks } = await verifyReceipt(document, {
      issuerKeys,
      allowDevelopmentKeys: !config.PRODUCTION,
    });
    return checks
      .filter(({ required, passed, name }) => required && !passed && !(awaitsProof && name === 'level'))
      .map(({ name, reason }) => `${name}: ${reason}`);
  };
