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

export type TimelineMessage = Pick<TimelineRow, 'type' | 'data' | 'at' | 'position'>;

/** What one workflow's stream got at once: a run of some steps is told in a few of them. */
export interface TimelineGroup {
  readonly workflow_id: string;
  /** of the first message */
  readonly seq: number;
  readonly last_seq: number;
  /** of the last message */
  readonly position: string;
  readonly messages: readonly TimelineMessage[];
}

export const timelineGroups = defineTable<TimelineGroup>({
  name: 'rm_workflow_timeline_groups',
  columns: { workflow_id: 'text', seq: 'integer', last_seq: 'integer', position: 'text', messages: 'json' },
  key: ['workflow_id', 'seq'],
  newer: 'position',
  isLog: true,
});

/** A row a message, for whoever counts or searches them. */
export const TIMELINE = `create or replace view rm_workflow_timeline as
  select g.workflow_id, g.seq + m.nth::int - 1 as seq, m.message ->> 'type' as type, m.message -> 'data' as data,
    m.message ->> 'at' as at, m.message ->> 'position' as position
  from rm_workflow_timeline_groups g
  cross join lateral json_array_elements(g.messages) with ordinality as m (message, nth)`;

/** The messages of some groups of one workflow, in order. */
export const messagesOf = (groups: readonly TimelineGroup[]): TimelineRow[] =>
  groups.flatMap(({ workflow_id, seq, messages }) =>
    messages.map((message, index) => ({ workflow_id, seq: seq + index, ...message })),
  );
