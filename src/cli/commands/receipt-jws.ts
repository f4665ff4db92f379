import { Refusal } from '../../kernel/errors.js';
import { attachedJwsOf, readDocument, receiptSchema, withoutEnvelope } from '../../verifier/index.js';
import { readBytes } from '../input-files.js';

/**
 * Prints the issuer's signature as one JWS with the statement in it, for any tool that reads JWS. Nothing is
 * verified here.
 * @throws Refusal NOT_A_RECEIPT, NO_JWS {file}
 */
export function receiptJws(file: string): number {
  const read = withoutEnvelope(readDocument(readBytes(file)));
  const receipt = 'value' in read ? receiptSchema.safeParse(read.value) : undefined;
  if (!receipt?.success) throw new Refusal('NOT_A_RECEIPT', `${file} does not hold a receipt.`, { file });
  const jws = attachedJwsOf(receipt.data);
  if (jws === undefined)
    throw new Refusal(
      'NO_JWS',
      `${file} was signed before receipts were signed by a JWS. Its signature is Ed25519 over the statement's bytes.`,
      { file },
    );
  process.stdout.write(`${jws}\n`);
  return 0;
}
