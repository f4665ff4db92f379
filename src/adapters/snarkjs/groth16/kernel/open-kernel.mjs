import { assemble, scratch } from './assembler.mjs';
import { extensionCode } from './extension-code.mjs';
import { fieldCode } from './field-code.mjs';
import { ELEMENT, Q, R } from './limbs.mjs';
import { pointCode } from './point-code.mjs';
import { transformCode } from './transform-code.mjs';

/** bytes of scratch space a thread needs */
export const SCRATCH = 16 * ELEMENT;
const PAGE = 65_536;

/** @returns a module for memories of so many pages */
export function compileKernel(pages) {
  const functions = [
    ...fieldCode('q', Q),
    ...fieldCode('r', R),
    ...extensionCode(scratch),
    ...pointCode('g1', 'q', ELEMENT, scratch),
    ...pointCode('g2', 'q2', 2 * ELEMENT, scratch),
    ...transformCode(scratch),
  ];
  return new WebAssembly.Module(assemble(functions, pages));
}

export function sharedMemory(bytes) {
  const pages = Math.ceil(bytes / PAGE);
  return { pages, memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }) };
}

/** An instance of the kernel for one thread. @param scratchAddress of SCRATCH bytes nobody else uses */
export function openKernel(module, memory, scratchAddress) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, scratch: scratchAddress } });
  return { ...exports, memory, words: new Uint32Array(memory.buffer), bytes: new Uint8Array(memory.buffer) };
}
