import pc from 'picocolors';
import { z } from 'zod';
import { auditEvent } from '../api/views.js';
import { type ConnectOptions, requireInstallation } from '../connect.js';
import { eventLines } from '../show/event-lines.js';
import { Screen } from '../show/screen.js';

export interface ReadOptions extends ConnectOptions {
  readonly json?: boolean;
}

const stream = z.looseObject({ revision: z.number(), events: z.array(auditEvent), state: z.unknown() });

const streamOf = (options: ConnectOptions, workflowId: string, at?: number) =>
  requireInstallation(options).client.get(
    `/audit/streams/workflow-${encodeURIComponent(workflowId)}${at === undefined ? '' : `?at=${at}`}`,
    stream,
  );

/** The events of a workflow in their order. */
export async function audit(workflowId: string, options: ReadOptions): Promise<number> {
  const { events, revision } = await streamOf(options, workflowId);
  if (options.json) process.stdout.write(`${JSON.stringify(events, null, 2)}\n`);
  else {
    const last = events.at(-1)?.hash;
    const chain = last === undefined ? '' : ` · hash chain ends in ${last}`;
    new Screen().say(
      ...eventLines(events),
      '',
      pc.dim(` ${events.length} events, up to revision ${revision}${chain}`),
    );
  }
  return 0;
}

/** What the events up to a revision fold to. What users wrote is sealed in it. */
export async function state(
  workflowId: string,
  options: ConnectOptions & { readonly at?: number },
): Promise<number> {
  const { revision, state: folded } = await streamOf(options, workflowId, options.at);
  process.stdout.write(`${JSON.stringify({ revision, state: folded }, null, 2)}\n`);
  return 0;
}
