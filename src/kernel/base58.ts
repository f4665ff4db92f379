const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const DIGITS = new Map([...ALPHABET].map((letter, digit) => [letter, BigInt(digit)]));
/** characters; keys and signatures have at most 88 */
const LONGEST = 128;

/** Bytes as Solana and did:key write them: a number to the base of 58, each leading zero byte a `1`. */
export function toBase58(bytes: Uint8Array): string {
  let left = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (; left > 0n; left /= 58n) text = ALPHABET[Number(left % 58n)]! + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(zeros < 0 ? bytes.length : zeros) + text;
}

/** @returns undefined for what is none */
export function fromBase58(text: string): Uint8Array | undefined {
  if (text.length > LONGEST) return undefined;
  let left = 0n;
  for (const letter of text) {
    const digit = DIGITS.get(letter);
    if (digit === undefined) return undefined;
    left = left * 58n + digit;
  }
  const bytes: number[] = [];
  for (; left > 0n; left /= 256n) bytes.unshift(Number(left % 256n));
  const zeros = /^1*/.exec(text)![0].length;
  return Uint8Array.from([...new Array<number>(zeros).fill(0), ...bytes]);
}
