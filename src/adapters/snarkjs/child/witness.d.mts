export class Unsatisfied extends Error {}
/** @returns a function from inputs to the witness as a .wtns file, @throws Unsatisfied */
export function witnessGenerator(wasm: Uint8Array): Promise<(inputs: object) => Uint8Array>;
/** @returns what of a .wtns file is the witness */
export function elementsOf(file: Uint8Array): Uint8Array;
