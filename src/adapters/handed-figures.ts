import type { FlowFigures, JobFlow, QueueFigures, QueueView } from '../ports/jobs.js';

/** A job that a worker has in hand and no queue knows of. */
export interface HandedFigures {
  readonly flow: JobFlow;
  /** ms since the epoch */
  readonly since: number;
}

type Figures = Pick<FlowFigures, 'waiting' | 'inFlight' | 'oldestAt'>;

const NONE = { waiting: 0, inFlight: 0 } as const;

/** Shows what workers were handed past the queue as in flight, beside what the queue shows. */
export function withHanded(view: QueueView, handed: () => Iterable<HandedFigures>): QueueView {
  return {
    queues: async () => {
      const figures = new Map<string, QueueFigures>();
      for (const one of await view.queues()) figures.set(`${one.kind}.${one.priority}`, one);
      const known = figures.size;
      for (const { flow, since } of handed()) {
        const { kind, priority } = flow;
        const key = `${kind}.${priority}`;
        figures.set(key, { kind, priority, ...inFlight(figures.get(key), since) });
      }
      const all = [...figures.values()];
      return figures.size === known ? all : all.sort(byKindAndPriority);
    },
    flows: async (limit, owner) => {
      const figures = new Map<string, FlowFigures>();
      for (const one of await view.flows(limit, owner)) figures.set(one.flow.key, one);
      for (const { flow, since } of handed()) {
        if (owner !== undefined && flow.owner !== owner) continue;
        figures.set(flow.key, { flow, ...inFlight(figures.get(flow.key), since) });
      }
      return [...figures.values()].sort((a, b) => total(b) - total(a)).slice(0, limit);
    },
  };
}

function inFlight(before: Figures | undefined, since: number): Figures {
  const at = new Date(since).toISOString();
  const { waiting, inFlight } = before ?? NONE;
  return { waiting, inFlight: inFlight + 1, oldestAt: before && before.oldestAt < at ? before.oldestAt : at };
}

const total = ({ waiting, inFlight }: Figures): number => waiting + inFlight;

const PRIORITIES: readonly QueueFigures['priority'][] = ['high', 'normal', 'low'];

const byKindAndPriority = (a: QueueFigures, b: QueueFigures): number => {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority);
};
