pragma circom 2.1.6;
include "./workflow-segment.circom";

component main {public [
    workflowHash, resultsRoot, finalResultHash, stepCount, totalCost, maxCost, executionId, context, concealCost,
    segment, segments, before, after
]} = WorkflowSegment(256, 128, 1);
