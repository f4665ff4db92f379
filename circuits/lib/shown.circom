pragma circom 2.1.6;

// The bits of a small number, for masking: value · bit is the value or nothing.
//   each is a bit     or a factor of 2 would show twice the value as if it were the value
//   sum = in          the bits are those that were stated, and there are no more of them
template Shown(n) {
    signal input in;
    signal output bit[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        bit[i] <-- (in >> i) & 1;
        bit[i] * (bit[i] - 1) === 0;
        sum += bit[i] * (1 << i);
    }
    sum === in;
}
