import type { Json } from '../../kernel/canonical-json.js';
import { defineTable } from '../table.js';

/** One message of a workflow's stream; `seq` runs from 1 without gaps. */
export interface TimelineRow {
  readonly workflow_id: string;
  readonly seq: number;
  readonly type: string;
  readonly data: { readonly [field: string]: Json };
  readonly at: string;
  /** of the event it tells of; grows with `seq` */
  readonly position: string;
}

export const timelineTable = defineTable<TimelineRow>({
  name: 'rm_workflow_timeline',
  columns: {
    workflow_id: 'text',
    seq: 'integer',
    type: 'text',
    data: 'jsonb',
    at: 'text',
    position: 'text',
  },
  key: ['workflow_id', 'seq'],
  newer: 'position',
});
