pragma circom 2.1.6;
include "./fits.circom";

// The plan's dependencies are the bits of a lower triangle, row after row: bit (i, j), j < i, says that step i
// needs step j. A step can only need earlier ones, so the plan has no circle by its very encoding.
//
//   every bit is one, the words are exactly the bits   the dependencies are those of the committed plan
//   seq_i - seq_j - 1 fits where the bit is set         a step ended after everything it needed
//   a row of an unused slot is empty                    padding has no dependencies
template DependencyOrder(n, seqBits) {
    var total = n * (n - 1) / 2;
    var words = (total + 251) \ 252;
    signal input used[n];
    signal input seq[n];
    signal input word[words];
    signal needs[total];
    signal gap[total];
    var sum[words];
    for (var w = 0; w < words; w++) { sum[w] = 0; }
    var t = 0;
    for (var i = 1; i < n; i++) {
        var row = 0;
        for (var j = 0; j < i; j++) {
            needs[t] <-- (word[t \ 252] >> (t % 252)) & 1;
            needs[t] * (needs[t] - 1) === 0;
            sum[t \ 252] += needs[t] * (1 << (t % 252));
            row += needs[t];
            gap[t] <== needs[t] * (seq[i] - seq[j] - 1);
            Fits(seqBits)(gap[t]);
            t++;
        }
        (1 - used[i]) * row === 0;
    }
    for (var w = 0; w < words; w++) { sum[w] === word[w]; }
}
