/**
 * Runs the witness generator circom compiled. One instance is kept for the life of the process, because each
 * reserves two gigabytes of address space.
 */
const RUNTIME_ERRORS = {
  1: 'an input has an unknown name',
  2: 'more inputs than signals',
  3: 'an input was given twice',
  4: 'a constraint does not hold',
  5: 'too many inputs',
  6: 'an input array is too long',
};

/** The inputs do not satisfy the circuit: no proof of this statement exists. */
export class Unsatisfied extends Error {}

export async function witnessGenerator(wasm) {
  let failure = '';
  const module = await WebAssembly.compile(wasm);
  const { exports } = await WebAssembly.instantiate(module, {
    runtime: {
      exceptionHandler: (code) => {
        throw new Unsatisfied(
          `${RUNTIME_ERRORS[code] ?? `error ${code}`}${failure && ` (${failure.trim()})`}`,
        );
      },
      printErrorMessage: () => {
        failure += `${readText()} `;
      },
      writeBufferMessage: () => {
        readText();
      },
      showSharedRWMemory: () => {},
    },
  });
  const readText = () => {
    let out = '';
    for (let c = exports.getMessageChar(); c !== 0; c = exports.getMessageChar())
      out += String.fromCharCode(c);
    return out;
  };
  const words = exports.getFieldNumLen32();
  const size = exports.getWitnessSize();
  exports.getRawPrime();
  const prime = readShared();

  function readShared() {
    const bytes = new Uint8Array(words * 4);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < words; i++) view.setUint32(4 * i, exports.readSharedRWMemory(i), true);
    return bytes;
  }

  function writeShared(value) {
    for (let i = 0; i < words; i++)
      exports.writeSharedRWMemory(i, Number((value >> BigInt(32 * i)) & 0xffffffffn));
  }

  /** @returns the witness, `size` little-endian elements, in snarkjs's .wtns format */
  return (inputs) => {
    failure = '';
    exports.init(1);
    let given = 0;
    for (const [name, value] of Object.entries(inputs)) {
      const values = Array.isArray(value) ? value : [value];
      const [high, low] = fnv1a(name);
      const expected = exports.getInputSignalSize(high, low);
      if (expected < 0) throw new Unsatisfied(`the circuit has no input ${name}`);
      if (expected !== values.length)
        throw new Unsatisfied(`${name} has ${values.length} values, the circuit wants ${expected}`);
      for (let i = 0; i < values.length; i++, given++) {
        writeShared(BigInt(values[i]));
        exports.setInputSignal(high, low, i);
      }
    }
    const wanted = exports.getInputSize();
    if (given !== wanted) throw new Unsatisfied(`${given} inputs given, the circuit wants ${wanted}`);
    return wtns(prime, size, (i) => {
      exports.getWitness(i);
      return readShared();
    });
  };
}

/** circom looks signals up by the 64-bit FNV-1a hash of their name. */
function fnv1a(name) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)];
}

/** What of a .wtns file is the witness: 32 bytes for each wire. */
export const elementsOf = (file) => file.subarray(12 + 12 + 8 + 32 + 12);

function wtns(prime, size, elementAt) {
  const width = prime.length;
  const file = new Uint8Array(12 + 12 + 8 + width + 12 + size * width);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode('wtns'));
  view.setUint32(4, 2, true);
  view.setUint32(8, 2, true);
  view.setUint32(12, 1, true);
  view.setBigUint64(16, BigInt(8 + width), true);
  view.setUint32(24, width, true);
  file.set(prime, 28);
  view.setUint32(28 + width, size, true);
  view.setUint32(32 + width, 2, true);
  view.setBigUint64(36 + width, BigInt(size * width), true);
  for (let i = 0; i < size; i++) file.set(elementAt(i), 44 + width + i * width);
  return file;
}
