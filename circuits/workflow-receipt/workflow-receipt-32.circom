pragma circom 2.1.6;
include "./workflow-receipt.circom";

component main {public [
    workflowHash, resultsRoot, finalResultHash, stepCount, totalCost, maxCost, executionId, context, concealCost
]} = WorkflowReceipt(32);
