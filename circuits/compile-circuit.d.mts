export function compileCircuit(
  source: string,
  folder?: string,
): Promise<{ r1cs: Buffer; wasm: Buffer; constraints: number; wires: number }>;
