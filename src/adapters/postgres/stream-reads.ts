import type pg from 'pg';
import { Coalescer } from '../../kernel/coalescer.js';
import { type EventPage, type LogRow, pageForwards, pagesForwards, type StreamRead } from './event-rows.js';

/** Streams of one question: their rows are held at once. */
const MOST_STREAMS = 32;

interface Asked extends StreamRead {
  answered?: EventPage;
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
    const asked: Asked = { ...read };
    await this.reads.add(asked);
    return asked.answered!;
  }

  private async ask(asked: readonly Asked[]): Promise<void> {
    const rows = await this.query(pagesForwards(asked));
    const byRead = asked.map((): LogRow[] => []);
    for (const row of rows) byRead[Number(row.nth) - 1]!.push(row);
    for (const [nth, its] of asked.entries()) its.answered = pageForwards(byRead[nth]!, its);
  }
}
