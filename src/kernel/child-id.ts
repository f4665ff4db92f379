import { uuidv5 } from './event.js';
import { makeId } from './ids.js';

/** One workflow per attempt of a step that is one; however deep, it is as long as any other id. */
export const childIdOf = (workflowId: string, runNo: number, stepId: string, attempt: number): string =>
  makeId('workflow', uuidv5(`${workflowId}/${runNo}/${stepId}/${attempt}/child`).replaceAll('-', ''));
