pragma circom 2.1.6;
include "circomlib/circuits/poseidon.circom";

// Where the groups begin and end that cover the elements from..to - 1, and how many elements they have.
function openedGroups(from, to) { return (to - 1) \ 16 - from \ 16 + 1; }
function openedWidth(total, from, to) {
    var end = 16 * ((to - 1) \ 16 + 1);
    return (end < total ? end : total) - 16 * (from \ 16);
}

// The elements from..to - 1 of a 16-ary tree of `total` elements: the groups of sixteen they lie in are opened, and
// hash to the nodes of their places, which the caller hashes on to the root. The places are constants of the circuit.
//   hash = node   the elements are those that were committed to; nobody finds others with this hash
template OpenedRange(total, from, to) {
    var first = from \ 16;
    var groups = openedGroups(from, to);
    var width = openedWidth(total, from, to);
    signal input node[(total + 15) \ 16];
    signal input member[width];
    signal output element[to - from];
    component group[groups];
    for (var g = 0; g < groups; g++) {
        var members = width - 16 * g < 16 ? width - 16 * g : 16;
        group[g] = Poseidon(members);
        for (var m = 0; m < members; m++) { group[g].inputs[m] <== member[16 * g + m]; }
        group[g].out === node[first + g];
    }
    for (var e = from; e < to; e++) { element[e - from] <== member[e - 16 * first]; }
}
