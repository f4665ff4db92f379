pragma circom 2.1.6;
include "./fits.circom";

// The words that hold the values from..to - 1 of `count` packed values, as Packed puts them. The caller has constrained
// those values to fit `bits`. The first and the last of the words may hold others' values as well: they are in their
// places and nowhere else, whatever they are, for whoever proves about them opens the same words.
//   the rims fit       or what belongs to others could make up for a lie about these values
//   sum = word         the values are those in the words; what lies beyond the last of all values is 0
template PackedRange(count, bits, from, to) {
    var perWord = 252 \ bits;
    var first = from \ perWord;
    var words = (to - 1) \ perWord - first + 1;
    var below = bits * (from % perWord);
    var upto = bits * (to - perWord * (first + words - 1));
    var above = to == count ? 0 : bits * perWord - upto;
    signal input value[to - from];
    signal input word[words];
    signal low <-- word[0] & ((1 << below) - 1);
    signal high <-- above == 0 ? 0 : word[words - 1] >> upto;
    Fits(below)(low);
    Fits(above)(high);
    for (var w = 0; w < words; w++) {
        var sum = 0;
        for (var p = 0; p < perWord; p++) {
            var i = perWord * (first + w) + p;
            if (i >= from && i < to) { sum += value[i - from] * (1 << (bits * p)); }
        }
        if (w == 0) { sum += low; }
        if (w == words - 1) { sum += high * (1 << upto); }
        sum === word[w];
    }
}
