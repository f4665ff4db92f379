pragma circom 2.1.6;
include "./packed.circom";
include "./packed-range.circom";

// How many bits of the lower triangle stand before row i.
function triangle(i) { return i == 0 ? 0 : i * (i - 1) / 2; }

// The order of the steps `from`..`to` - 1 and all before them, a bit for each pair: ended(i, j), j < i, says that step j
// ended before step i; where it is not set, i ended before j. So each pair is decided one way, and how many steps ended
// before a step (its score) is counted: in its row the bits that are set, in its column those that are not. `gain` is
// what these rows add to the scores of all steps, packed as Packed does; whoever sums up the scores of all rows knows
// whether they are an order, see workflow-segment.circom.
//
//   ended is a bit                  each pair counts once, for one of the two
//   needs * (ended - needs) = 0     with the line before: needs is 0, or it is 1 and so is ended. A step ended after
//                                   everything it needed
//   the words are the bits          the dependencies are those of the committed plan; what is said of the order is
//                                   what was given
//   a row of an unused slot is empty    padding has no dependencies, and no place in the order
//   gain is the sum, once `one` is one  `one` is a signal, or the compiler would put these sums of thousands of bits
//                                   wherever they are used
template EndedBefore(n, from, to, scoreBits) {
    var start = triangle(from);
    var end = triangle(to);
    var firstWord = start \ 252;
    var perWord = 252 \ scoreBits;
    var gains = (n + perWord - 1) \ perWord;
    signal input one;
    signal input used[to - from];
    signal input word[(end - 1) \ 252 - firstWord + 1];
    signal input endedWord[(end - start + 251) \ 252];
    signal output gain[gains];
    signal needs[end - start];
    signal ended[end - start];
    var score[to];
    for (var j = 0; j < to; j++) { score[j] = 0; }
    var t = 0;
    for (var i = from; i < to; i++) {
        var row = 0;
        for (var j = 0; j < i; j++) {
            needs[t] <-- (word[(start + t) \ 252 - firstWord] >> ((start + t) % 252)) & 1;
            ended[t] <-- (endedWord[t \ 252] >> (t % 252)) & 1;
            ended[t] * (ended[t] - 1) === 0;
            needs[t] * (ended[t] - needs[t]) === 0;
            row += ended[t];
            score[j] += used[i - from] - ended[t];
            t++;
        }
        (1 - used[i - from]) * row === 0;
        score[i] += row;
    }
    for (var w = 0; w < gains; w++) {
        var sum = 0;
        for (var p = 0; p < perWord; p++) {
            if (perWord * w + p < to) { sum += score[perWord * w + p] * (1 << (scoreBits * p)); }
        }
        gain[w] <== one * sum;
    }
    PackedRange(triangle(n), 1, start, end)(needs, word);
    signal packed[(end - start + 251) \ 252] <== Packed(end - start, 1)(ended);
    packed === endedWord;
}
