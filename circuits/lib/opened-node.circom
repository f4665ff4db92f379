pragma circom 2.1.6;
include "circomlib/circuits/poseidon.circom";
include "./one-of.circom";

// One node of a 16-ary tree is opened: `member` are its children, and their hash is the node that `at` chooses of
// `node`, which the caller hashes on to the root. Nobody learns which node it was, nor the others.
//   hash = chosen node   the children are those that were committed to; a node has a fixed place and a fixed width,
//                        so no node of another level can stand in for it
template OpenedNode(nodes, width) {
    signal input at[nodes];
    signal input node[nodes];
    signal input member[width];
    signal chosen <== Picked(nodes)(at, node);
    signal hash <== Poseidon(width)(member);
    hash === chosen;
}
