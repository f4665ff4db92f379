/** Where a program's numbers are. A constant may take less room than an element. */
export interface Memory {
  readonly elementBytes: number;
  readonly constantBytes: number;
  /** Room for so many elements, all zero. @throws RangeError when the memory is full */
  allot(count: number): number;
  /** Constants. @returns where they are, side by side */
  hold(numbers: readonly bigint[]): number;
  /** As {@link hold} without the Montgomery form: a product with such a number has none either. */
  holdPlain(numbers: readonly bigint[]): number;
  /** Words of 32 bits. @returns where they are */
  write(words: readonly number[]): number;
}
