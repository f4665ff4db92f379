import { Refusal } from '../../kernel/errors.js';
import type { PaymentState } from './state.js';

export const wrongState = (command: string, state: PaymentState): Refusal =>
  new Refusal('WRONG_STATE', `${command} is not possible while the payment is ${state.status}.`, {
    status: state.status,
  });

export const wrongAttempt = (attempt: number, current: number): Refusal =>
  new Refusal('WRONG_ATTEMPT', `The attempt of this payment is ${current}.`, { attempt, current });
