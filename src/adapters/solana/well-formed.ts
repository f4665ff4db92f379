import { type Address, isAddress, isSignature, type Signature } from '@solana/kit';

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/;

export const isWellFormedAddress = (text: string): text is Address => isAddress(text);

/** The library's own guard throws on characters outside the alphabet instead of answering. */
export const isWellFormedSignature = (text: string): text is Signature =>
  BASE58.test(text) && isSignature(text);
