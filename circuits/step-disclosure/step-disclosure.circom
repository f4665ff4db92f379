pragma circom 2.1.6;
// What the disclosure of one step proves.
//
// STATEMENT. "I know a plan and the results of a run such that: the plan is the one committed to by workflowHash, the
// results are those committed to by resultsRoot, for this plan, the run executionId and stepCount steps; and one of
// the run's steps is `step` in the plan and ended with `outcome` in the results; and what is shown of it (the
// commitments to its input and output, its cost, its executor's evidence) is what was committed to for this very
// step." Which of the steps it is, what the others are, and what is not shown of it stays with the prover.
//
// It does NOT say that the run keeps the rules: that is for the receipt's own proof or disclosure. It holds for runs
// that failed as well, whose steps have four outcomes.
//
// PUBLIC, in this order
//   workflowHash, resultsRoot, executionId, stepCount      which receipt
//   context          chosen by whoever asks for the proof: another context is another proof, so none is replayed
//   step             hash of what the plan says of the step: its id, action, service and recipient
//   outcome          1 completed, 2 skipped, 3 failed, 0 not finished
//   shown            which of the next four are shown: 1 input + 2 output + 4 cost + 8 evidence
//   shownInput, shownOutput      salted commitments, 0 when not shown
//   shownCost        micro-USDC, 0 when not shown
//   shownEvidence    hash of what the executor can show: payment, times, errors; 0 when not shown
//
// PRIVATE
//   at                         which slot: a one among zeros
//   planSalt, maxCost          what the plan's commitment hashes beside its tree
//   planNode, idMember         the plan's tree: hashes of all its groups of sixteen, and the group with the step's id
//   resultNode, pairMember, metaMember     the same for outputs and details, and for packed costs and outcomes
//   lane                       the four packed numbers in the word of this step
//   inputCommitment, evidenceHash, detailSalt, cost, attempt, seq          the step
//
// Unlike a bare Merkle path it shows no neighbour: ids are hashed without a salt and could be guessed, and four costs
// lie in one word. The layout of every hash is that of src/kernel/commitments; a change there is a new version here.
include "circomlib/circuits/poseidon.circom";
include "../lib/fits.circom";
include "../lib/one-of.circom";
include "../lib/opened-node.circom";
include "../lib/shown.circom";
include "../lib/tree16.circom";

template StepDisclosure(N) {
    var COST = 36;
    var ATTEMPT = 8;
    var SEQ = 10;
    var OUTCOME = 2;
    var TERMS = COST + 2;
    var META = COST + ATTEMPT + SEQ + OUTCOME;
    var LANES = 252 \ META;
    var termWords = (N + 252 \ TERMS - 1) \ (252 \ TERMS);
    var depWords = (N * (N - 1) / 2 + 251) \ 252;
    var metaWords = N \ LANES;
    // groups of sixteen: those of ids are full, as are those of eight pairs of output and detail; those of packed
    // words are full or the only one
    var idNodes = N \ 16;
    var planNodes = (N + termWords + depWords + 15) \ 16;
    var pairNodes = N \ 8;
    var metaWidth = metaWords < 16 ? metaWords : 16;
    var metaNodes = metaWords \ metaWidth;
    // the tags of src/kernel/commitments/tags.ts
    var PLAN_TAG = 0x504c414e * 65536 + N;
    var ROOT_TAG = 0x524f4f54 * 65536 + N;
    var DETAIL_TAG = 0x4445544c;

    signal input workflowHash;
    signal input resultsRoot;
    signal input executionId;
    signal input stepCount;
    signal input context;
    signal input step;
    signal input outcome;
    signal input shown;
    signal input shownInput;
    signal input shownOutput;
    signal input shownCost;
    signal input shownEvidence;

    signal input at[N];
    signal input planSalt;
    signal input maxCost;
    signal input planNode[planNodes];
    signal input idMember[16];
    signal input resultNode[pairNodes + metaNodes];
    signal input pairMember[16];
    signal input metaMember[metaWidth];
    signal input lane[LANES];
    signal input inputCommitment;
    signal input evidenceHash;
    signal input detailSalt;
    signal input cost;
    signal input attempt;
    signal input seq;

    // ---- one slot, the same in both trees: every choice below is a sum of these bits
    OneOf(N)(at);

    // ---- the step stands in the approved plan
    signal atIdNode[idNodes];
    signal atId[16];
    for (var g = 0; g < idNodes; g++) {
        var sum = 0;
        for (var p = 0; p < 16; p++) { sum += at[16 * g + p]; }
        atIdNode[g] <== sum;
    }
    for (var p = 0; p < 16; p++) {
        var sum = 0;
        for (var g = 0; g < idNodes; g++) { sum += at[16 * g + p]; }
        atId[p] <== sum;
    }
    component ids = OpenedNode(idNodes, 16);
    for (var g = 0; g < idNodes; g++) { ids.at[g] <== atIdNode[g]; ids.node[g] <== planNode[g]; }
    ids.member <== idMember;
    signal id <== Picked(16)(atId, idMember);
    step === id;
    signal planTree <== Tree16(planNodes)(planNode);
    signal plan <== Poseidon(5)([PLAN_TAG, stepCount, maxCost, planTree, planSalt]);
    workflowHash === plan;

    // ---- its output and detail stand in the results, side by side
    component pairs = OpenedNode(pairNodes, 16);
    signal atPair[8];
    for (var g = 0; g < pairNodes; g++) {
        var sum = 0;
        for (var p = 0; p < 8; p++) { sum += at[8 * g + p]; }
        pairs.at[g] <== sum;
        pairs.node[g] <== resultNode[g];
    }
    pairs.member <== pairMember;
    component output_ = Picked(8);
    component detail = Picked(8);
    for (var p = 0; p < 8; p++) {
        var sum = 0;
        for (var g = 0; g < pairNodes; g++) { sum += at[8 * g + p]; }
        atPair[p] <== sum;
        output_.at[p] <== atPair[p];
        output_.value[p] <== pairMember[2 * p];
        detail.at[p] <== atPair[p];
        detail.value[p] <== pairMember[2 * p + 1];
    }
    signal made <== Poseidon(4)([DETAIL_TAG, inputCommitment, evidenceHash, detailSalt]);
    made === detail.out;

    // ---- its cost and outcome stand in a word of the results, with those of three others
    component metas = OpenedNode(metaNodes, metaWidth);
    component word = Picked(metaWidth);
    component meta = Picked(LANES);
    for (var g = 0; g < metaNodes; g++) {
        var sum = 0;
        for (var i = 0; i < metaWidth * LANES; i++) { sum += at[metaWidth * LANES * g + i]; }
        metas.at[g] <== sum;
        metas.node[g] <== resultNode[pairNodes + g];
    }
    metas.member <== metaMember;
    for (var w = 0; w < metaWidth; w++) {
        var sum = 0;
        for (var g = 0; g < metaNodes; g++) {
            for (var l = 0; l < LANES; l++) { sum += at[LANES * (metaWidth * g + w) + l]; }
        }
        word.at[w] <== sum;
        word.value[w] <== metaMember[w];
    }
    var packed = 0;
    for (var l = 0; l < LANES; l++) {
        var sum = 0;
        for (var w = 0; w < metaWords; w++) { sum += at[LANES * w + l]; }
        meta.at[l] <== sum;
        meta.value[l] <== lane[l];
        // without it a number could borrow from its neighbour, and the word would be the same
        Fits(META)(lane[l]);
        packed += lane[l] * (1 << (META * l));
    }
    packed === word.out;
    // the same within the number
    Fits(COST)(cost);
    Fits(ATTEMPT)(attempt);
    Fits(SEQ)(seq);
    Fits(OUTCOME)(outcome);
    var parts = cost + attempt * (1 << COST) + seq * (1 << (COST + ATTEMPT)) + outcome * (1 << (COST + ATTEMPT + SEQ));
    parts === meta.out;

    // ---- the results are of this plan and this run
    signal resultTree <== Tree16(pairNodes + metaNodes)(resultNode);
    signal root <== Poseidon(5)([ROOT_TAG, workflowHash, executionId, stepCount, resultTree]);
    resultsRoot === root;

    // ---- what is shown is the step's, and the rest is nothing
    signal show[4] <== Shown(4)(shown);
    shownInput === show[0] * inputCommitment;
    shownOutput === show[1] * output_.out;
    shownCost === show[2] * cost;
    shownEvidence === show[3] * evidenceHash;

    // ---- context is bound by being public; the square keeps a compiler from dropping a signal nothing else uses
    signal contextSquared <== context * context;
}
