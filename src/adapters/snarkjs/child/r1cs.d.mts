export type Terms = readonly (readonly [wire: number, coefficient: bigint])[];
export interface R1cs {
  readonly wires: number;
  readonly publics: number;
  readonly constraints: number;
  each(): Generator<readonly [Terms, Terms, Terms]>;
}
export function readR1cs(bytes: Uint8Array): R1cs;
