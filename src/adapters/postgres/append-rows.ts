import type { NewEvent } from '../../kernel/event.js';

/** Events in a row at most, so that a reader knows how far the row with an event may reach. */
export const MOST_EVENTS = 256;
/** Characters in a row at most, unless one event alone is longer: a page of Postgres has 8,192 bytes. */
const MOST_TEXT = 7_600;
/** an id, and the ends of its lines */
const ID_LENGTH = 40;

/** A row of the log as far as its append knows it; columns are lines. */
export interface AppendRow {
  /** how many of the append's events it ends with, and how many it holds */
  readonly through: number;
  readonly size: number;
  readonly ids: string;
  readonly types: string;
  readonly data: string;
  readonly metadata: string;
}

export interface AppendRows {
  readonly rows: readonly AppendRow[];
  /** ids with which the append, or a command in it, begins, and which of the events they are, from 1 */
  readonly beginnings: readonly string[];
  readonly nths: readonly number[];
  /** characters of the events, and of everything */
  readonly dataBytes: number;
  readonly bytes: number;
}

/** Events of one append as rows of the log. */
export function appendRows(events: readonly NewEvent[]): AppendRows {
  const rows: AppendRow[] = [];
  const beginnings: string[] = [];
  const nths: number[] = [];
  let row = new Lines();
  let [dataBytes, bytes] = [0, 0];
  let before: NewEvent | undefined;
  for (const [nth, event] of events.entries()) {
    const text = JSON.stringify(event.event);
    const isSame = before !== undefined && event.metadata === before.metadata;
    let said = isSame ? '' : JSON.stringify(event.metadata);
    if (row.isFull(text.length + said.length + event.event.type.length + ID_LENGTH)) {
      rows.push(row.end(nth));
      bytes += row.filled;
      row = new Lines();
      // each row is read by itself
      if (isSame) said = JSON.stringify(event.metadata);
    }
    row.add(event, text, said);
    dataBytes += text.length;
    if (event.metadata.commandId !== before?.metadata.commandId) {
      beginnings.push(event.id);
      nths.push(nth + 1);
    }
    before = event;
  }
  rows.push(row.end(events.length));
  return { rows, beginnings, nths, dataBytes, bytes: bytes + row.filled };
}

/** Joined once: a text that grows line by line is a tree of its parts, which has to be written out in the end. */
class Lines {
  filled = 0;
  private readonly ids: string[] = [];
  private readonly types: string[] = [];
  private readonly data: string[] = [];
  private readonly metadata: string[] = [];

  isFull(room: number): boolean {
    const { length } = this.ids;
    return length === MOST_EVENTS || (length > 0 && this.filled + room > MOST_TEXT);
  }

  add({ id, event: { type } }: NewEvent, text: string, said: string): void {
    this.ids.push(id);
    this.types.push(type);
    this.data.push(text);
    this.metadata.push(said);
    this.filled += text.length + said.length + type.length + ID_LENGTH;
  }

  end(through: number): AppendRow {
    const [ids, types, data, metadata] = [this.ids, this.types, this.data, this.metadata].map((lines) =>
      lines.join('\n'),
    ) as [string, string, string, string];
    return { through, size: this.ids.length, ids, types, data, metadata };
  }
}
