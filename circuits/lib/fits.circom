pragma circom 2.1.6;

// 0 <= in < 2^bits. Without it a "negative" cost (p - 5000) would lower the sum, and packed numbers would spill
// into their neighbours. Every bit is constrained to be one and together they must give the number.
template Fits(bits) {
    signal input in;
    signal bit[bits];
    var sum = 0;
    for (var i = 0; i < bits; i++) {
        bit[i] <-- (in >> i) & 1;
        bit[i] * (bit[i] - 1) === 0;
        sum += bit[i] * (1 << i);
    }
    sum === in;
}
