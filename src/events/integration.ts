/**
 * Events that other systems are told of, on JetStream's EVENTS. The rest is how the engine works inside; whoever
 * needs that reads the event store.
 */
export const integrationEvents: readonly string[] = [
  'WorkflowApproved',
  'AutoApprovalDeclined',
  'ApprovalExpired',
  'StepFailed',
  'WorkflowCompleted',
  'WorkflowFailed',
  'WorkflowCancelled',
  'RunClosed',
  'CompensationFailed',
  'DepositConfirmed',
  'DepositRejected',
  'PaymentConfirmed',
  'PaymentUndelivered',
  'MandateGranted',
  'MandateRevoked',
  'ReceiptIssued',
  'WorkflowProofGenerated',
  'UserRegistered',
  'UserErased',
  'ApiKeyRevoked',
];
