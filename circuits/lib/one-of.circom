pragma circom 2.1.6;

// at[i] = 1 for exactly one i: bits that add up to one. Which one stays with the prover.
//   each is a bit   or 2 and -1 would add up to one as well, and choose a mixture that was never committed to
//   sum = 1         something is chosen, and no more than one thing
template OneOf(n) {
    signal input at[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        at[i] * (1 - at[i]) === 0;
        sum += at[i];
    }
    sum === 1;
}

// The value at the place that is chosen. The caller has constrained `at` to choose one.
template Picked(n) {
    signal input at[n];
    signal input value[n];
    signal output out;
    signal part[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        part[i] <== at[i] * value[i];
        sum += part[i];
    }
    out <== sum;
}
