pragma circom 2.1.6;
include "./step-disclosure.circom";

component main {public [
    workflowHash, resultsRoot, executionId, stepCount, context, step, outcome,
    shown, shownInput, shownOutput, shownCost, shownEvidence
]} = StepDisclosure(128);
