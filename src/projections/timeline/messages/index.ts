import type { MessageDefinition } from './define.js';
import { interruptionMessages } from './interruption.js';
import { paymentMessages, receiptMessages } from './payment.js';
import { stepMessages } from './step.js';
import { workflowMessages } from './workflow.js';

/** Every type of message that {@link file://../wire.ts} makes, in the order a run mostly tells them. */
export const timelineMessages: readonly MessageDefinition[] = [
  ...workflowMessages,
  ...stepMessages,
  ...paymentMessages,
  ...interruptionMessages,
  ...receiptMessages,
];
