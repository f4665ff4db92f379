import type pg from 'pg';
import { Coalescer } from '../../kernel/coalescer.js';
import { type EventPage, type LogRow, pageForwards, pagesForwards, type StreamRead } from './event-rows.js';

/** Streams of one question: their rows are held at once. */
const MOST_STREAMS = 32;

interface Asked extends StreamRead {
  readonly rows: LogRow[];
}

/**
 * Pages of streams, many by one question: what is asked for while one is under way goes into the next. After a start
 * hundreds of runs are read, and a question costs more than most answers.
 */
export class StreamReads {
  private readonly reads = new Coalescer<Asked>((asked) => this.ask(asked), MOST_STREAMS);

  constructor(
    private readonly query: (
      query: pg.QueryConfig,
    ) => Promise<readonly (LogRow & { readonly nth: string })[]>,
  ) {}

  async page(read: StreamRead): Promise<EventPage> {
    const asked: Asked = { ...read, rows: [] };
    await this.reads.add(asked);
    return pageForwards(asked.rows, read);
  }

  private async ask(asked: readonly Asked[]): Promise<void> {
    for (const row of await this.query(pagesForwards(asked))) asked[Number(row.nth) - 1]!.rows.push(row);
    // they come so, which the question does not promise
    for (const { rows } of asked) rows.sort((a, b) => a.revision - b.revision);
  }
}
