pragma circom 2.1.6;
// What a receipt proves.
//
// STATEMENT. "I know a plan and a run of it such that: the plan is the one committed to by workflowHash; each of
// its stepCount steps completed, or was skipped where the plan allows it, after every step it depends on; no step
// cost more than its ceiling, the costs add up to totalCost (or to a total that stays secret), and not to more
// than maxCost; all ends, costs, attempts, inputs, outputs and executors' evidence are those committed to by
// resultsRoot, which belongs to this plan and to the run executionId; and finalResultHash is the output of the
// plan's last step, which completed."
//
// It does NOT say that a service or a model computed the truth, that a condition was rightly false, or that a
// payment is on a chain: those are for signatures and for the chain. Inputs and evidence are carried, not opened.
//
// PUBLIC, in this order
//   workflowHash     commitment to the plan that was approved
//   resultsRoot      commitment to everything that happened
//   finalResultHash  commitment to the result, salted apart so that it can be opened alone
//   stepCount        1..n
//   totalCost        micro-USDC, 0 when concealed
//   maxCost          micro-USDC, the approved budget
//   executionId      which run; a second receipt for it shows
//   context          chosen by whoever asks for the proof: another context is another proof, so none is replayed
//   concealCost      1 when totalCost is withheld
//
// PRIVATE
//   planSalt, finalSalt        hide what could be guessed
//   stepIds, ceilings, skippable, dependencyWords      the plan
//   outputs, details, costs, attempts, seqs, skipped   the run; outputs and details are salted hashes already
//
// The layout of every hash is that of src/kernel/commitments; a change there is a new version here.
include "circomlib/circuits/poseidon.circom";
include "../lib/fits.circom";
include "../lib/packed.circom";
include "../lib/tree16.circom";
include "../lib/used-slots.circom";
include "../lib/step.circom";
include "../lib/dependency-order.circom";

template WorkflowReceipt(n) {
    var COST = 36;
    var ATTEMPT = 8;
    var SEQ = 10;
    var BUDGET = 52;
    var TERMS = COST + 2;
    var META = COST + ATTEMPT + SEQ + 2;
    // a commitment is made for sixteen slots at least: a smaller circuit proves that those it has not are empty
    var N = n < 16 ? 16 : n;
    var termWords = (N + 252 \ TERMS - 1) \ (252 \ TERMS);
    var metaWords = (N + 252 \ META - 1) \ (252 \ META);
    var depWords = (N * (N - 1) / 2 + 251) \ 252;
    // the tags of src/kernel/commitments/tags.ts: no hash can be passed off as another, nor as one of another size
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

    signal input planSalt;
    signal input finalSalt;
    signal input stepIds[n];
    signal input ceilings[n];
    signal input skippable[n];
    signal input dependencyWords[depWords];
    signal input outputs[n];
    signal input details[n];
    signal input costs[n];
    signal input attempts[n];
    signal input seqs[n];
    signal input skipped[n];

    // ---- the steps, each by itself
    component slots = UsedSlots(n);
    slots.count <== stepCount;
    component step[n];
    signal terms[N];
    signal metas[N];
    for (var i = 0; i < n; i++) {
        step[i] = Step(COST, ATTEMPT, SEQ);
        step[i].used <== slots.used[i];
        step[i].stepId <== stepIds[i];
        step[i].ceiling <== ceilings[i];
        step[i].skippable <== skippable[i];
        step[i].skipped <== skipped[i];
        step[i].output_ <== outputs[i];
        step[i].detail <== details[i];
        step[i].cost <== costs[i];
        step[i].attempt <== attempts[i];
        step[i].seq <== seqs[i];
        terms[i] <== step[i].terms;
        metas[i] <== step[i].meta;
    }
    for (var i = n; i < N; i++) { terms[i] <== 0; metas[i] <== 0; }

    // ---- the steps among each other
    DependencyOrder(n, SEQ)(slots.used, seqs, dependencyWords);

    // ---- the plan is the approved one
    signal termWord[termWords] <== Packed(N, TERMS)(terms);
    signal planElement[N + termWords + depWords];
    for (var i = 0; i < n; i++) { planElement[i] <== stepIds[i]; }
    for (var i = n; i < N; i++) { planElement[i] <== 0; }
    for (var w = 0; w < termWords; w++) { planElement[N + w] <== termWord[w]; }
    for (var w = 0; w < depWords; w++) { planElement[N + termWords + w] <== dependencyWords[w]; }
    signal planTree <== Tree16(N + termWords + depWords)(planElement);
    signal plan <== Poseidon(5)([PLAN_TAG, stepCount, maxCost, planTree, planSalt]);
    workflowHash === plan;

    // ---- the results are the committed ones, of this plan and this run
    signal metaWord[metaWords] <== Packed(N, META)(metas);
    signal resultElement[2 * N + metaWords];
    for (var i = 0; i < n; i++) {
        resultElement[2 * i] <== outputs[i];
        resultElement[2 * i + 1] <== details[i];
    }
    for (var i = 2 * n; i < 2 * N; i++) { resultElement[i] <== 0; }
    for (var w = 0; w < metaWords; w++) { resultElement[2 * N + w] <== metaWord[w]; }
    signal resultTree <== Tree16(2 * N + metaWords)(resultElement);
    signal root <== Poseidon(5)([ROOT_TAG, workflowHash, executionId, stepCount, resultTree]);
    resultsRoot === root;

    // ---- the result is the output of the last step, which cannot have been skipped
    signal lastOutput[n];
    signal lastSkipped[n];
    var final = 0;
    for (var i = 0; i < n; i++) {
        lastOutput[i] <== slots.last[i] * outputs[i];
        final += lastOutput[i];
        lastSkipped[i] <== slots.last[i] * skipped[i];
        lastSkipped[i] === 0;
    }
    signal finalHash <== Poseidon(3)([FINAL_TAG, final, finalSalt]);
    finalResultHash === finalHash;

    // ---- the money
    var spent = 0;
    for (var i = 0; i < n; i++) { spent += costs[i]; }
    Fits(BUDGET)(maxCost);
    Fits(BUDGET)(maxCost - spent);
    concealCost * (1 - concealCost) === 0;
    totalCost === (1 - concealCost) * spent;

    // ---- context is bound by being public; the square keeps a compiler from dropping a signal nothing else uses
    signal contextSquared <== context * context;
}
