export class FixedBase {
  constructor(name: 'g1' | 'g2');
  multiply(scalars: readonly bigint[]): Uint8Array;
}
