export type Coordinates = readonly bigint[];
export function fieldOperation(name: string, ...operands: readonly bigint[]): bigint | number;
export function multiScalar(
  group: 'g1' | 'g2',
  points: readonly (Coordinates | undefined)[],
  scalars: readonly bigint[],
  bits: number,
): Coordinates | undefined;
