import { Refusal } from '../../src/kernel/errors.js';
import type { Position } from '../../src/kernel/event.js';
import type { ParkedStream, Parking, ReadModels } from '../../src/ports/read-models.js';
import type { Transaction } from '../../src/ports/sql.js';
import { messagesOf, type TimelineGroup } from '../../src/projections/timeline/schema.js';
import type { Network } from './network.js';

type Row = Record<string, unknown>;
type Answer = (values: readonly unknown[]) => Row[];

const UPSERT =
  /^insert into (\w+) \(.*?\)\nselect (.*?) from unnest\(.* is not null\non conflict \((.*)\) do update set .*\nwhere \w+\.(\w+) < excluded\.\w+$/s;
/** How messages are grouped is left to chance; what they are is not. */
const GROUPS = 'rm_workflow_timeline_groups';
const TIMELINE = 'rm_workflow_timeline';

const WHERE = /^select \* from (\w+) where (\w+) = any\(\$1\)$/;

/** What Postgres makes of the text of a value, and its driver of that. */
const READ: Readonly<Record<string, (text: string) => unknown>> = {
  text: (text) => text,
  bigint: (text) => text,
  integer: Number,
  'double precision': Number,
  boolean: (text) => text === 'true' || text === 't',
  json: (text) => JSON.parse(text) as unknown,
};

/** The tables of read models, and the few statements that projections and followers ask of them. */
export class Tables implements Transaction {
  private readonly rows = new Map<string, Map<string, Row>>();
  private readonly known = new Map<string, Answer>();

  async query<R extends object>(text: string, values: readonly unknown[] = []): Promise<{ rows: R[] }> {
    return { rows: this.answer(text)(values).map((row) => ({ ...row })) as R[] };
  }

  send(text: string, values: readonly unknown[]): void {
    this.answer(text)(values);
  }

  async sent(): Promise<void> {}

  /** Everything, in one form however it came about. */
  dump(): string {
    const timeline: [string, Map<string, Row>] = [
      TIMELINE,
      new Map(this.messages().map((row) => [`${row['workflow_id']} ${row['seq']}`, row])),
    ];
    const kept = [...this.rows].filter(([name]) => name !== GROUPS);
    const tables = [...kept, timeline].map(([name, rows]) => [
      name,
      [...rows].map(([key, row]) => [key, JSON.stringify(row)]).sort((a, b) => (a[0]! < b[0]! ? -1 : 1)),
    ]);
    return JSON.stringify(tables.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)));
  }

  all(table: string): readonly Row[] {
    if (table === TIMELINE) return this.messages();
    return [...(this.rows.get(table)?.values() ?? [])];
  }

  private answer(text: string): Answer {
    const known = this.known.get(text);
    if (known) return known;
    const answer = this.read(text.trim());
    this.known.set(text, answer);
    return answer;
  }

  private read(text: string): Answer {
    const upsert = UPSERT.exec(text);
    if (upsert) return this.upsert(upsert[1]!, upsert[2]!, upsert[3]!, upsert[4]!);
    const where = WHERE.exec(text);
    if (where)
      return ([among]) => this.all(where[1]!).filter((row) => (among as unknown[]).includes(row[where[2]!]));
    if (text.startsWith('select id as workflow_id, head.last_seq'))
      return ([ids]) => this.heads(ids as string[]);
    if (text.startsWith('select step.* from unnest')) return (pairs) => this.steps(pairs as string[][]);
    if (text.startsWith('select * from rm_workflow_timeline_groups where workflow_id = $1'))
      return ([id, from, limit]) =>
        this.groups(String(id))
          .filter(({ last_seq }) => Number(last_seq) >= Number(from))
          .slice(0, Number(limit));
    throw new Error(`no table here understands: ${text.slice(0, 200)}`);
  }

  private upsert(name: string, definition: string, keys: string, newer: string): Answer {
    const columns = definition.split(', ').map((column) => column.split('::') as [string, string?]);
    const keyed = keys.split(', ');
    return ([separator, nothing, ...texts]) => {
      const table = this.rows.get(name) ?? new Map<string, Row>();
      this.rows.set(name, table);
      const values = texts.map((text) => String(text).split(String(separator)));
      for (let at = 0; at < values[0]!.length; at++) {
        const row: Row = {};
        for (const [nth, [column, type]] of columns.entries()) {
          const value = values[nth]![at]!;
          row[column] = value === nothing ? null : READ[type ?? 'text']!(value);
        }
        if (row[keyed[0]!] === null) continue;
        const key = keyed.map((column) => String(row[column])).join(' ');
        const before = table.get(key);
        if (!before || (before[newer] as string) < (row[newer] as string)) table.set(key, row);
      }
      return [];
    };
  }

  private messages(): readonly Row[] {
    return messagesOf([...this.all(GROUPS)] as unknown as TimelineGroup[]) as unknown as Row[];
  }

  private groups(workflowId: string): Row[] {
    return this.all(GROUPS)
      .filter((row) => row['workflow_id'] === workflowId)
      .sort((a, b) => Number(a['seq']) - Number(b['seq']));
  }

  private heads(ids: readonly string[]): Row[] {
    return ids.flatMap((id) => this.groups(id).slice(-1));
  }

  private steps([workflows = [], steps = []]: readonly (readonly string[])[]): Row[] {
    return this.all('rm_workflow_steps').filter((row) =>
      workflows.some((id, at) => row['workflow_id'] === id && row['step_id'] === steps[at]),
    );
  }
}

/** Rows and checkpoint change together or not at all, under a fence, behind the same unsafe way. */
export class SharedReadModels implements ReadModels {
  readonly tables = new Tables();
  private readonly checkpoints = new Map<string, { position: Position | undefined; epoch: number }>();

  private readonly leftOut = new Map<string, ParkedStream>();

  constructor(private readonly network: Network) {}

  prepare({ name, epoch = 0 }: Parameters<ReadModels['prepare']>[0]): Promise<Position | undefined> {
    return this.network.call('open read model', () => {
      const known = this.checkpoints.get(name) ?? { position: undefined, epoch: 0 };
      if (known.epoch > epoch) throw new Refusal('LEASE_LOST', `${name} has another keeper.`);
      this.checkpoints.set(name, { ...known, epoch });
      return known.position;
    });
  }

  advance<T>(
    name: string,
    from: Position | undefined,
    to: Position,
    write: (sql: Transaction, parking: Parking) => Promise<T>,
    epoch = 0,
  ): Promise<T> {
    return this.network.call('write read model', async () => {
      const known = this.checkpoints.get(name);
      if (known?.position !== from || known?.epoch !== epoch)
        throw new Refusal('CONFLICT', `${name} was moved by another.`, {}, 'retryable');
      const written = await write(this.tables, this.parkingOf(name));
      this.checkpoints.set(name, { position: to, epoch });
      return written;
    });
  }

  standing<T>(
    { name }: { readonly name: string },
    write: (sql: Transaction, parking: Parking, at: Position | undefined) => Promise<T>,
  ): Promise<T> {
    return this.network.call('write read model', () =>
      write(this.tables, this.parkingOf(name), this.position(name)),
    );
  }

  /** Asked for together with `prepare`, in the same answer: nothing happens in between. */
  async parked(): Promise<readonly ParkedStream[]> {
    return [...this.leftOut.values()];
  }

  private parkingOf(model: string): Parking {
    return {
      all: async () => [...this.leftOut.values()].filter((parked) => parked.model === model),
      park: async (streams) => {
        for (const each of streams)
          this.leftOut.set(`${model} ${each.stream}`, { ...each, model, parkedAt: '' });
      },
      release: async (stream) => void this.leftOut.delete(`${model} ${stream}`),
    };
  }

  /** How far it is. */
  position(name: string): Position | undefined {
    return this.checkpoints.get(name)?.position;
  }
}
