import type { CreateBatch } from '../commands/batch/commands.js';
import { batch } from '../commands/batch/decide.js';
import { type ContentStore, places } from '../content/content-store.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import type { Position } from '../kernel/event.js';
import { LIMITS } from '../kernel/limits.js';
import { isoTime } from '../kernel/time.js';
import type { Chance, Clock } from '../ports/clock.js';
import type { Dispatch } from '../runtime/dispatch.js';
import type { BatchBody } from './batch-body.js';
import { checkItems } from './batch-items.js';
import { type Caller, contextOf } from './caller.js';
import { costLimit } from './cost-limit.js';
import { idFor, once } from './once.js';

export interface BatchParts {
  readonly dispatch: Dispatch;
  readonly content: ContentStore;
  readonly clock: Clock;
  readonly chance: Chance;
}

export interface CreatedBatch {
  readonly batchId: string;
  readonly count: number;
  readonly createdAt: string;
  readonly revision: number;
  readonly position: Position | undefined;
}

/**
 * Puts a batch on record; its workflows are made by workers, piece by piece.
 * @throws Refusal VALIDATION_FAILED naming the items that make no good request
 */
export async function createBatch(
  { dispatch, content, clock, chance }: BatchParts,
  caller: Caller,
  { template, items, priority }: BatchBody,
): Promise<CreatedBatch> {
  checkItems(template, items);
  costLimit(template.maxCost);
  const { userId } = caller.principal;
  const batchId = idFor('batch', caller, chance);
  const pieceSize = LIMITS.batchPiece;
  const put = (place: string, value: unknown) =>
    content.putArtifact(
      userId,
      place,
      new TextEncoder().encode(canonicalJson(present(value))),
      'application/json',
    );
  const pieces = Array.from({ length: Math.ceil(items.length / pieceSize) }, (_, piece) =>
    put(places.batchPiece(batchId, piece), items.slice(piece * pieceSize, (piece + 1) * pieceSize)),
  );
  const at = isoTime(clock.now());
  const command: CreateBatch = {
    type: 'CreateBatch',
    at,
    batchId,
    userId,
    template: await put(places.batchTemplate(batchId), template),
    pieces: await Promise.all(pieces),
    pieceSize,
    count: items.length,
    priority,
  };
  const { revision, position } = await once<
    Pick<CreatedBatch, 'revision'> & Partial<Pick<CreatedBatch, 'position'>>
  >(
    caller,
    (by) => dispatch.send(batch, batchId, command, contextOf(by, 'batch', batchId)),
    () => dispatch.load(batch, batchId),
  );
  return { batchId, count: items.length, createdAt: at, revision, position };
}

/** Without members that are undefined, which are no JSON. */
const present = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
