/** Who is who in a case; known once the house is open, which is after the cases are named. */
export interface Parties {
  readonly thief: string;
  readonly escrow: string;
  readonly provider: string;
  readonly providerAccount: string;
  readonly otherMint: string;
  /** a server on loopback that nobody allowed, and what reached it */
  readonly elsewhere: { readonly url: string; readonly reached: string[] };
}

let known: Parties | undefined;
export const introduce = (parties: Parties): void => {
  known = parties;
};
export const parties = (): Parties => known!;
