import type { ServerWritableStream } from '@grpc/grpc-js';
import type {
  ReadReq,
  ReadResp,
} from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { LoggedEvent, ServerLog } from './server-log.js';
import { shared, streams } from './stubs.js';

type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Reads and subscriptions are one call of the protocol, told apart by its options. */
export function read(log: ServerLog, onSubscribed: (end: () => void) => void): (call: ReadCall) => void {
  return (call) => {
    const options = call.request.getOptions()!;
    if (options.hasSubscription()) onSubscribed(subscribe(log, call, options));
    else if (options.hasStream()) readStream(log, call, options);
    else readAll(log, call, options);
  };
}

const isBackwards = (options: ReadReq.Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;

function readStream(log: ServerLog, call: ReadCall, options: ReadReq.Options): void {
  const wanted = options.getStream()!;
  const name = Buffer.from(wanted.getStreamIdentifier()!.getStreamName_asU8()).toString();
  const history = log.stream(name);
  if (!history) {
    const notFound = new streams.ReadResp.StreamNotFound();
    notFound.setStreamIdentifier(wanted.getStreamIdentifier());
    const response = new streams.ReadResp();
    response.setStreamNotFound(notFound);
    call.write(response);
    call.end();
    return;
  }
  const last = history.length - 1;
  const from = wanted.hasRevision() ? Number(wanted.getRevision()) : wanted.hasEnd() ? last : 0;
  const events = isBackwards(options)
    ? history.slice(0, Math.min(from, last) + 1).reverse()
    : history.slice(from);
  answer(call, events, options);
}

/** Forwards from a position includes what stands at it, backwards does not. */
function readAll(log: ServerLog, call: ReadCall, options: ReadReq.Options): void {
  const from = startOf(options);
  const test = filterOf(options);
  const events = isBackwards(options)
    ? log.all.filter((event) => from === undefined || compare(event, from) < 0).reverse()
    : log.all.filter((event) => from === undefined || compare(event, from) >= 0);
  answer(call, events.filter(test), options);
}

function answer(call: ReadCall, events: readonly LoggedEvent[], options: ReadReq.Options): void {
  const count = Number(BigInt.asUintN(64, BigInt(options.getCount())));
  for (const event of events.slice(0, count)) call.write(eventResponse(event));
  call.end();
}

/** @returns what ends it, as a server does that restarts */
function subscribe(log: ServerLog, call: ReadCall, options: ReadReq.Options): () => void {
  const test = filterOf(options);
  const from = startOf(options);
  let next = from === undefined ? 0 : log.all.findIndex((event) => compare(event, from) > 0);
  if (next < 0) next = log.all.length;
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(crypto.randomUUID());
  const confirmed = new streams.ReadResp();
  confirmed.setConfirmation(confirmation);
  call.write(confirmed);
  const pump = (): void => {
    for (; next < log.all.length; next++) if (test(log.all[next]!)) call.write(eventResponse(log.all[next]!));
  };
  pump();
  const caughtUp = new streams.ReadResp();
  caughtUp.setCaughtUp(new streams.ReadResp.CaughtUp());
  call.write(caughtUp);
  const unfollow = log.follow(pump);
  call.on('cancelled', unfollow);
  return () => {
    unfollow();
    call.end();
  };
}

interface Place {
  readonly commit: bigint;
  readonly prepare: bigint;
}

const compare = (a: Place, b: Place): number =>
  a.commit === b.commit ? Number(a.prepare - b.prepare) : Number(a.commit - b.commit);

/** @returns undefined for the end that the direction starts from */
function startOf(options: ReadReq.Options): Place | undefined {
  const position = options.getAll()?.getPosition();
  return (
    position && {
      commit: BigInt(position.getCommitPosition()),
      prepare: BigInt(position.getPreparePosition()),
    }
  );
}

function filterOf(options: ReadReq.Options): (event: LoggedEvent) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const onStream = filter.getStreamIdentifier();
  const expression = onStream ?? filter.getEventType()!;
  const prefixes = expression.getPrefixList();
  const regex = new RegExp(expression.getRegex() || '$^');
  return (event) => {
    const text = onStream ? event.stream : event.type;
    return prefixes.some((prefix) => text.startsWith(prefix)) || regex.test(text);
  };
}

function eventResponse(event: LoggedEvent): ReadResp {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(event.id);
  recorded.setId(id);
  const stream = new shared.StreamIdentifier();
  stream.setStreamName(Buffer.from(event.stream));
  recorded.setStreamIdentifier(stream);
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.commit));
  recorded.setPreparePosition(String(event.prepare));
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', '638000000000000000');
  recorded.setCustomMetadata(event.metadata);
  recorded.setData(event.data);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(event.commit));
  const response = new streams.ReadResp();
  response.setEvent(read);
  return response;
}
