pragma circom 2.1.6;
include "circomlib/circuits/poseidon.circom";

// Root of a tree whose nodes take up to sixteen children, as treeRoot in src/kernel/commitments/poseidon.ts.
// 38 constraints an element, where a binary tree costs 240. The number of elements is a constant of the circuit
// and stands in the tag of the hash above it.
template Tree16(n) {
    signal input in[n];
    signal output root;
    if (n == 1) {
        root <== in[0];
    } else if (n <= 16) {
        root <== Poseidon(n)(in);
    } else {
        var groups = (n + 15) \ 16;
        component node[groups];
        signal parent[groups];
        for (var g = 0; g < groups; g++) {
            var width = g < groups - 1 ? 16 : n - 16 * (groups - 1);
            node[g] = Poseidon(width);
            for (var j = 0; j < width; j++) { node[g].inputs[j] <== in[16 * g + j]; }
            parent[g] <== node[g].out;
        }
        root <== Tree16(groups)(parent);
    }
}
