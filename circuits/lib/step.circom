pragma circom 2.1.6;
include "./fits.circom";

// One slot: what the plan says of a step, and how the step ended.
//
//   completed + skipped = used    a used slot ended in exactly one of the two ways, an unused one in none; a
//                                 failed or unfinished step is neither, so no proof exists for its run
//   skipped only if skippable     leaving a step out is the plan's decision, not the run's
//   skipped: no cost, no attempt, no output
//                                 a step that was left out cannot have been paid for or have given anything
//   completed: attempt >= 1       it was tried at least once
//   cost <= ceiling               by a non-negative difference; as cost and difference both fit `costBits`, the
//                                 ceiling fits one bit more, which is what makes packing it sound
//   unused: everything is zero    padding carries nothing, so a commitment has one meaning
template Step(costBits, attemptBits, seqBits) {
    signal input used;
    signal input stepId;
    signal input ceiling;
    signal input skippable;
    signal input skipped;
    signal input output_;
    signal input detail;
    signal input cost;
    signal input attempt;
    signal input seq;
    signal output terms;    // ceiling | skippable
    signal output meta;     // cost | attempt | seq | completed | skipped

    skippable * (1 - skippable) === 0;
    skipped * (1 - skipped) === 0;
    skipped * (1 - skippable) === 0;
    signal completed <== used - skipped;
    completed * (1 - completed) === 0;

    Fits(costBits)(cost);
    Fits(attemptBits)(attempt);
    Fits(seqBits)(seq);
    Fits(costBits)(ceiling - cost);
    Fits(attemptBits)(attempt - completed);

    skipped * (cost + attempt * (1 << costBits)) === 0;
    skipped * output_ === 0;

    (1 - used) * stepId === 0;
    (1 - used) * output_ === 0;
    (1 - used) * detail === 0;

    terms <== ceiling + skippable * (1 << (costBits + 1));
    (1 - used) * terms === 0;

    var shift = costBits + attemptBits + seqBits;
    meta <== cost + attempt * (1 << costBits) + seq * (1 << (costBits + attemptBits))
        + completed * (1 << shift) + skipped * (1 << (shift + 1));
    (1 - used) * meta === 0;
}
