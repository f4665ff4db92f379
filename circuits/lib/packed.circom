pragma circom 2.1.6;

// Puts n values of `bits` bits side by side, 252 \ bits to a word, the first lowest. The caller has constrained
// every value to fit `bits`, so the words determine the values.
template Packed(n, bits) {
    var perWord = 252 \ bits;
    var words = (n + perWord - 1) \ perWord;
    signal input in[n];
    signal output word[words];
    for (var w = 0; w < words; w++) {
        var sum = 0;
        for (var k = 0; k < perWord; k++) {
            if (w * perWord + k < n) { sum += in[w * perWord + k] * (1 << (bits * k)); }
        }
        word[w] <== sum;
    }
}
