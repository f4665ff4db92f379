import { originals } from './mutants/originals.js';
import { at, type Node, type Path, replaced, without } from './mutants/tree.js';
import type { VectorInput, VectorOptions } from './published-vectors.js';
import { sampleIssuer } from './sample-issuer.js';

/** Runs that are proven by a chain: of sixteen slots, so that each proof is small; longer chains are no different. */
const named = (name: string): Node => originals.find((each) => each.name === name)!.document;
const trust = { issuerKeys: [sampleIssuer.publicKey] };
const chain = named('chain');
const other = named('chain-concealed');

const vector = (name: string, document: Node, options: VectorOptions = trust): VectorInput => ({
  name,
  text: JSON.stringify(document),
  options,
});
const changed = (name: string, path: Path, value: Node) => vector(name, replaced(chain, path, value));
const [first, second] = at(chain, ['proofs']) as [Node, Node];
const signal = (proof: number, index: number): Path => ['proofs', proof, 'publicSignals', index];

export const vectorInputs3: readonly VectorInput[] = [
  vector('valid: a chain', chain),
  vector('valid: a chain, for the context asked', chain, { ...trust, context: '77' }),
  vector('valid: a chain with its total concealed', other),
  vector('a chain for another context', chain, { ...trust, context: '78' }),
  vector('a chain with development keys in production', chain, { ...trust, production: true }),
  changed('a chain of which the first proof is dropped', ['proofs'], [second]),
  changed('a chain of which the first proof is another second', ['proofs'], [second, second]),
  changed('a chain with a proof too many', ['proofs'], [first, second, second]),
  changed('a chain in another order', ['proofs'], [second, first]),
  changed('a chain with a proof of another run', ['proofs', 1], at(other, ['proofs', 1])!),
  changed('a chain with a proof named like another', ['proofs', 0, 'circuitId'], 'workflow-segment-16-2'),
  changed('a chain of another length', ['proofs', 0, 'circuitId'], 'workflow-segment-256-1'),
  changed('a chain by another key', ['proofs', 1, 'vkeyHash'], 'ab'.repeat(32)),
  changed('a chain that begins with something', signal(0, 11), '1'),
  changed('a chain that ends with something', signal(1, 12), '1'),
  changed('a chain whose second proof begins elsewhere', signal(1, 11), '1'),
  changed('a chain whose proofs have two contexts', signal(1, 7), '78'),
  changed('a chain whose proof says it is another segment', signal(1, 9), '1'),
  changed('a chain whose proof says it is one of three', signal(0, 10), '3'),
  vector('a chain whose proof says another total', replaced(chain, signal(0, 4), '71999')),
  changed(
    'a chain with a point changed',
    ['proofs', 1, 'proof', 'pi_c'],
    at(chain, ['proofs', 1, 'proof', 'pi_a'])!,
  ),
  changed(
    'a chain with a proof under the signals of another',
    ['proofs', 0, 'proof'],
    at(chain, ['proofs', 1, 'proof'])!,
  ),
  vector('one proof beside a chain', replaced(chain, ['proof'], at(named('zero-knowledge'), ['proof'])!)),
  vector('one segment for a proof', without(replaced(chain, ['proof'], second), ['proofs'])),
];
