pragma circom 2.1.6;
// What one proof of a chain proves: that of a run of more steps than one circuit holds.
//
// STATEMENT OF THE CHAIN. That of workflow-receipt, word for word: "I know a plan and a run of it such that: the plan is
// the one committed to by workflowHash; each of its stepCount steps completed, or was skipped where the plan allows it,
// after every step it depends on; no step cost more than its ceiling, the costs add up to totalCost (or to a total that
// stays secret), and not to more than maxCost; all ends, costs, attempts, inputs, outputs and executors' evidence are
// those committed to by resultsRoot, which belongs to this plan and to the run executionId; and finalResultHash is the
// output of the plan's last step, which completed." It does not say either what that circuit does not say. In addition
// the sequences of the steps are 1 to stepCount, each once, in the order in which they ended.
//
// STATEMENT OF SEGMENT k, of K. "I know the plan, the results, and a state of affairs committed to by `before`, such
// that what the chain states of single steps holds for the S steps of this segment, and for their dependencies on all
// steps before them the bits that say who ended first; and `after` commits to the state with what these steps add. The
// first state is nothing at all; in the last one the costs are within the budget, and the order is an order."
//
// The state is what has been spent, the sum of the squares of the sequences, and for each step of the run its score
// less its sequence: how many steps are known to have ended before it, see EndedBefore. All K proofs have the same
// public signals but for the last three, the first proof begins with nothing, each one begins where the one before it
// ended, and each has a key of its own: none can be left out, doubled, moved, or taken from another run or context.
//
// WHY THIS IS THE ORDER. After the last segment every pair of used steps has been decided one way by exactly one bit,
// and the score of each step is its sequence less one. In such a tournament of n steps, the triples that go round in a
// circle are n(n-1)(n-2)/6 less the sum of score (score - 1) / 2, as every other triple has exactly one step after which
// none of it ended (Kendall and Babington Smith, 1940). The scores add up to n(n-1)/2, so there is no circle when their
// squares add up to (n-1)n(2n-1)/6, that is, those of the sequences to n(n+1)(2n+1)/6. Without a circle there is one
// order, the scores count what came before, and a bit says which of two sequences is less. Two constraints a pair, where
// comparing them takes twelve; and two equal sequences have no such scores.
//
// PUBLIC, in this order
//   workflowHash, resultsRoot, finalResultHash, stepCount, totalCost, maxCost, executionId, context, concealCost
//                    as workflow-receipt has them; what a segment does not prove of them, another of the chain does
//   segment          1..K, which one this is; it is the circuit's own, said so that it can be read
//   segments         K
//   before           commitment to the state before, 0 in the first segment
//   after            commitment to the state after, 0 in the last segment
//
// PRIVATE
//   planSalt, finalSalt, beforeSalt, afterSalt     hide what could be guessed: costs of a part, and who ended when
//   planNode, idMember, termMember, dependencyMember     the plan's tree: hashes of all its groups of sixteen, and the
//                                                        groups with this segment's steps
//   resultNode, pairMember, metaMember                   the same of the results
//   ceilings, skippable, costs, attempts, seqs, skipped  of this segment's steps
//   endedWords       a bit for each pair of a step of this segment and one before it
//   spentBefore, squaresBefore, orderBefore        the state before
//
// The layout of every hash is that of src/kernel/commitments; a change there is a new version here.
include "circomlib/circuits/poseidon.circom";
include "../lib/fits.circom";
include "../lib/packed.circom";
include "../lib/packed-range.circom";
include "../lib/opened-range.circom";
include "../lib/ended-before.circom";
include "../lib/tree16.circom";
include "../lib/used-slots.circom";
include "../lib/step.circom";

// The commitment to a state of affairs. It names the results, so that a state of another run is another number.
template State(N, words) {
    signal input resultsRoot;
    signal input segment;
    signal input spent;
    signal input squares;
    signal input order[words];
    signal input salt;
    signal output out;
    var STATE_TAG = 0x53544154 * 65536 + N;
    signal tree <== Tree16(words)(order);
    out <== Poseidon(7)([STATE_TAG, resultsRoot, segment, spent, squares, tree, salt]);
}

template WorkflowSegment(N, S, k) {
    var COST = 36;
    var ATTEMPT = 8;
    var SEQ = 10;
    var BUDGET = 52;
    var TERMS = COST + 2;
    var META = COST + ATTEMPT + SEQ + 2;
    var K = N \ S;
    var FROM = k * S;
    var TO = FROM + S;
    // the lists of both trees, one after the other; `S` is a multiple of four, so no word of metas is shared
    var perTerm = 252 \ TERMS;
    var perMeta = 252 \ META;
    var termWords = (N + perTerm - 1) \ perTerm;
    var depWords = (triangle(N) + 251) \ 252;
    var planTotal = N + termWords + depWords;
    var resultTotal = 2 * N + N \ perMeta;
    var termFrom = N + FROM \ perTerm;
    var termTo = N + (TO - 1) \ perTerm + 1;
    var depFrom = N + termWords + triangle(FROM) \ 252;
    var depTo = N + termWords + (triangle(TO) - 1) \ 252 + 1;
    var metaFrom = 2 * N + FROM \ perMeta;
    var metaTo = 2 * N + TO \ perMeta;
    var endedWordCount = (triangle(TO) - triangle(FROM) + 251) \ 252;
    var perOrder = 252 \ SEQ;
    var orderWords = (N + perOrder - 1) \ perOrder;
    // the tags of src/kernel/commitments/tags.ts
    var PLAN_TAG = 0x504c414e * 65536 + N;
    var ROOT_TAG = 0x524f4f54 * 65536 + N;
    var FINAL_TAG = 0x46494e4c;

    signal input workflowHash;
    signal input resultsRoot;
    signal input finalResultHash;
    signal input stepCount;
    signal input totalCost;
    signal input maxCost;
    signal input executionId;
    signal input context;
    signal input concealCost;
    signal input segment;
    signal input segments;
    signal input before;
    signal input after;

    signal input planSalt;
    signal input finalSalt;
    signal input beforeSalt;
    signal input afterSalt;
    signal input planNode[(planTotal + 15) \ 16];
    signal input idMember[openedWidth(planTotal, FROM, TO)];
    signal input termMember[openedWidth(planTotal, termFrom, termTo)];
    signal input dependencyMember[openedWidth(planTotal, depFrom, depTo)];
    signal input resultNode[(resultTotal + 15) \ 16];
    signal input pairMember[openedWidth(resultTotal, 2 * FROM, 2 * TO)];
    signal input metaMember[openedWidth(resultTotal, metaFrom, metaTo)];
    signal input ceilings[S];
    signal input skippable[S];
    signal input costs[S];
    signal input attempts[S];
    signal input seqs[S];
    signal input skipped[S];
    signal input endedWords[endedWordCount];
    signal input spentBefore;
    signal input squaresBefore;
    signal input orderBefore[orderWords];

    // ---- which segment this is: nothing a prover could choose
    segment === k + 1;
    segments === K;

    // ---- the plan is the approved one; of it, what is about these steps
    signal planTree <== Tree16((planTotal + 15) \ 16)(planNode);
    signal plan <== Poseidon(5)([PLAN_TAG, stepCount, maxCost, planTree, planSalt]);
    workflowHash === plan;
    signal stepId[S] <== OpenedRange(planTotal, FROM, TO)(planNode, idMember);
    signal termWord[termTo - termFrom] <== OpenedRange(planTotal, termFrom, termTo)(planNode, termMember);
    signal depWord[depTo - depFrom] <== OpenedRange(planTotal, depFrom, depTo)(planNode, dependencyMember);

    // ---- the results are the committed ones, of this plan and this run; of them, what is about these steps
    signal resultTree <== Tree16((resultTotal + 15) \ 16)(resultNode);
    signal root <== Poseidon(5)([ROOT_TAG, workflowHash, executionId, stepCount, resultTree]);
    resultsRoot === root;
    signal pair[2 * S] <== OpenedRange(resultTotal, 2 * FROM, 2 * TO)(resultNode, pairMember);
    signal metaWord[metaTo - metaFrom] <== OpenedRange(resultTotal, metaFrom, metaTo)(resultNode, metaMember);

    // ---- the steps, each by itself
    component slots = UsedSlots(N);
    slots.count <== stepCount;
    component step[S];
    signal terms[S];
    signal metas[S];
    signal used[S];
    for (var i = 0; i < S; i++) {
        used[i] <== slots.used[FROM + i];
        step[i] = Step(COST, ATTEMPT, SEQ);
        step[i].used <== used[i];
        step[i].stepId <== stepId[i];
        step[i].ceiling <== ceilings[i];
        step[i].skippable <== skippable[i];
        step[i].skipped <== skipped[i];
        step[i].output_ <== pair[2 * i];
        step[i].detail <== pair[2 * i + 1];
        step[i].cost <== costs[i];
        step[i].attempt <== attempts[i];
        step[i].seq <== seqs[i];
        terms[i] <== step[i].terms;
        metas[i] <== step[i].meta;
    }
    PackedRange(N, TERMS, FROM, TO)(terms, termWord);
    PackedRange(N, META, FROM, TO)(metas, metaWord);

    // ---- the steps among each other, and with all before them
    // there is a step, so stepCount is not 0, and this is 1
    signal one <-- 1;
    one * stepCount === stepCount;
    signal gain[orderWords] <== EndedBefore(N, FROM, TO, SEQ)(one, used, depWord, endedWords);

    // ---- the state after is the state before and what these steps add
    signal square[S];
    var spent = spentBefore;
    var squares = squaresBefore;
    for (var i = 0; i < S; i++) {
        square[i] <== seqs[i] * seqs[i];
        spent += costs[i];
        squares += square[i];
    }
    // Scores less sequences, packed; a sequence is one more than its score. Numbers between -1024 and 1024, ten bits
    // apart, add up to nothing only if each is nothing.
    signal orderAfter[orderWords];
    for (var w = 0; w < orderWords; w++) {
        var sum = orderBefore[w] + gain[w];
        for (var p = 0; p < perOrder; p++) {
            var i = perOrder * w + p - FROM;
            if (i >= 0 && i < S) { sum += (used[i] - seqs[i]) * (1 << (SEQ * p)); }
        }
        orderAfter[w] <== sum;
    }

    // ---- it begins where the segment before it ended, the first one with nothing
    if (k == 0) {
        before === 0;
        beforeSalt === 0;
        spentBefore === 0;
        squaresBefore === 0;
        for (var w = 0; w < orderWords; w++) { orderBefore[w] === 0; }
    } else {
        component begun = State(N, orderWords);
        begun.resultsRoot <== resultsRoot;
        begun.segment <== k;
        begun.spent <== spentBefore;
        begun.squares <== squaresBefore;
        begun.order <== orderBefore;
        begun.salt <== beforeSalt;
        before === begun.out;
    }

    // ---- it ends where the next one begins; in the last one the sum is drawn
    if (k < K - 1) {
        component ended = State(N, orderWords);
        ended.resultsRoot <== resultsRoot;
        ended.segment <== k + 1;
        ended.spent <== spent;
        ended.squares <== squares;
        ended.order <== orderAfter;
        ended.salt <== afterSalt;
        after === ended.out;
    } else {
        after === 0;
        afterSalt === 0;
        // the order is one: every score is its sequence less one, and no triple goes round in a circle
        for (var w = 0; w < orderWords; w++) { orderAfter[w] === 0; }
        signal counted <== stepCount * (stepCount + 1);
        counted * (2 * stepCount + 1) === 6 * squares;
        // the money
        Fits(BUDGET)(maxCost);
        Fits(BUDGET)(maxCost - spent);
        concealCost * (1 - concealCost) === 0;
        totalCost === (1 - concealCost) * spent;
    }

    // ---- the result is the output of the last step, which cannot have been skipped; in the segment that has it
    signal lastOutput[S];
    signal lastSkipped[S];
    var final = 0;
    var isHere = 0;
    for (var i = 0; i < S; i++) {
        lastOutput[i] <== slots.last[FROM + i] * pair[2 * i];
        final += lastOutput[i];
        isHere += slots.last[FROM + i];
        lastSkipped[i] <== slots.last[FROM + i] * skipped[i];
        lastSkipped[i] === 0;
    }
    signal finalHash <== Poseidon(3)([FINAL_TAG, final, finalSalt]);
    isHere * (finalResultHash - finalHash) === 0;

    // ---- context is bound by being public, and so is what another segment proves; the squares keep a compiler from
    // dropping signals nothing else uses
    signal contextSquared <== context * context;
    signal finalSquared <== finalResultHash * finalResultHash;
    signal totalSquared <== totalCost * totalCost;
    signal concealSquared <== concealCost * concealCost;
}
