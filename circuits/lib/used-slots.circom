pragma circom 2.1.6;

// used[i] = 1 for the first `count` slots, 0 after; last[i] marks slot count - 1. `count` is forced into 1..n.
//   each used[i] is a bit           a slot is used or it is not
//   used[i+1] only where used[i]    the used slots are a prefix, without holes
//   used[0] = 1                     a run has at least one step, so there is a last one
//   sum = count                     the public count is the true one
template UsedSlots(n) {
    signal input count;
    signal output used[n];
    signal output last[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        used[i] <-- (i < count) ? 1 : 0;
        used[i] * (1 - used[i]) === 0;
        sum += used[i];
    }
    for (var i = 0; i + 1 < n; i++) {
        used[i + 1] * (1 - used[i]) === 0;
        last[i] <== used[i] - used[i + 1];
    }
    last[n - 1] <== used[n - 1];
    used[0] === 1;
    sum === count;
}
