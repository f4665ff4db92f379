/** Ids carry their type as a prefix, so that a wrong id can be refused with a hint. The rest is a ULID or hex. */
export const ID_PREFIXES = {
  workflow: 'wf_',
  step: 'step_',
  user: 'user_',
  apiKey: 'key_',
  service: 'svc_',
  payment: 'pay_',
  hold: 'hold_',
  receipt: 'rcpt_',
  approval: 'apr_',
  deposit: 'dep_',
  withdrawal: 'wdr_',
  batch: 'bat_',
  mandate: 'mdt_',
  settlement: 'stl_',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const BODY = /^[0-9A-Za-z]{1,64}$/;

export const hasPrefix = (kind: IdKind, id: string): boolean =>
  id.startsWith(ID_PREFIXES[kind]) && BODY.test(id.slice(ID_PREFIXES[kind].length));

export const makeId = (kind: IdKind, body: string): string => {
  if (!BODY.test(body)) throw new RangeError(`not the body of an id: ${body.slice(0, 80)}`);
  return ID_PREFIXES[kind] + body;
};

/** Ids derived from others need no coordination: one payment per step of a run, one receipt per run. */
export const paymentIdOf = (workflowId: string, runNo: number, stepId: string): string =>
  makeId('payment', `${workflowId.slice(3)}r${runNo}${stepId.replace('step_', 's')}`);
export const receiptIdOf = (workflowId: string, runNo: number): string =>
  makeId('receipt', `${workflowId.slice(3)}r${runNo}`);
export const holdIdOf = (workflowId: string, requestId: string): string =>
  makeId('hold', `${workflowId.slice(3)}a${requestId.replace('apr_', '')}`);

/** Item `index` of a batch is this workflow and no other; ids of one batch sort as its items. */
export const batchItemId = (batchId: string, index: number): string =>
  makeId('workflow', `${batchId.slice(4)}i${String(index).padStart(5, '0')}`);

export type Category =
  | 'workflow'
  | 'escrow'
  | 'payment'
  | 'receipt'
  | 'user'
  | 'apikey'
  | 'audit'
  | 'deposit'
  | 'batch'
  | 'mandate'
  | 'settlement'
  | 'earnings'
  | 'log'
  | 'issuer';

export const streamOf = (category: Category, id: string): string => `${category}-${id}`;
export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));
export const idOfStream = (stream: string): string => stream.slice(stream.indexOf('-') + 1);
