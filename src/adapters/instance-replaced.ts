import { Refusal } from '../kernel/errors.js';

export const instanceReplaced = (instance: string): Refusal =>
  new Refusal('INSTANCE_REPLACED', `Another process goes by the name ${instance} now.`, { instance });
