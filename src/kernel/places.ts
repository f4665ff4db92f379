/** The places sealed content stands in: one spelling for those who seal, those who list and those who open. */
export const places = {
  request: (workflowId: string) => `${workflowId}/request`,
  secret: (workflowId: string) => `${workflowId}/secret`,
  cancelReason: (workflowId: string) => `${workflowId}/cancel`,
  ratingComment: (workflowId: string) => `${workflowId}/rating`,
  metadata: (workflowId: string) => `${workflowId}/metadata`,
  attachmentName: (workflowId: string, index: number) => `${workflowId}/attachment/${index}/name`,
  attachment: (workflowId: string, index: number) => `${workflowId}/attachment/${index}`,
  planDetails: (workflowId: string, runNo: number) => `${workflowId}/${runNo}/plan`,
  output: (workflowId: string, runNo: number, stepId: string) => `${workflowId}/${runNo}/${stepId}/output`,
  signal: (workflowId: string, runNo: number, signalId: string) =>
    `${workflowId}/${runNo}/signal/${signalId}`,
  batchTemplate: (batchId: string) => `${batchId}/template`,
  batchPiece: (batchId: string, piece: number) => `${batchId}/${piece}/items`,
  displayName: (userId: string) => `${userId}/name`,
} as const;
