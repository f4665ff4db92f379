import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { UUID } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import type {
  BatchAppendReq,
  BatchAppendResp,
} from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { Expectation, ProposedEvent, ServerLog, Written } from './server-log.js';
import { Any, Empty, Status, shared, streams } from './stubs.js';

const FAILED_PRECONDITION = 9;
const WRONG_EXPECTED_VERSION = 'event_store.client.WrongExpectedVersion';

interface Arriving {
  readonly options: BatchAppendReq.Options;
  readonly events: ProposedEvent[];
}

/** Appends arrive interleaved on one call, in parts, and are answered by their correlation id. */
export function batchAppend(
  log: ServerLog,
): (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>) => void {
  return (call) => {
    const arriving = new Map<string, Arriving>();
    call.on('data', (request: BatchAppendReq) => {
      const id = uuidOf(request.getCorrelationId()!);
      const append = arriving.get(id) ?? { options: request.getOptions()!, events: [] };
      arriving.set(id, append);
      append.events.push(...request.getProposedMessagesList().map(proposed));
      if (!request.getIsFinal()) return;
      arriving.delete(id);
      const answer = answered(log, append);
      answer.setCorrelationId(request.getCorrelationId());
      call.write(answer);
    });
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  };
}

function answered(log: ServerLog, { options, events }: Arriving): BatchAppendResp {
  const stream = Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString();
  const expected = expectationOf(options);
  const written = log.append(stream, events, expected);
  const answer = new streams.BatchAppendResp();
  answer.setStreamIdentifier(options.getStreamIdentifier());
  if (written) answer.setSuccess(success(written));
  else answer.setError(wrongExpectedVersion(log.revision(stream), expected));
  return answer;
}

function expectationOf(options: BatchAppendReq.Options): Expectation {
  if (options.hasStreamPosition()) return Number(options.getStreamPosition());
  if (options.hasNoStream()) return 'none';
  return options.hasStreamExists() ? 'exists' : 'any';
}

function success({ revision, last }: Written): BatchAppendResp.Success {
  const message = new streams.BatchAppendResp.Success();
  message.setCurrentRevision(String(revision));
  const position = new shared.AllStreamPosition();
  position.setCommitPosition(String(last.commit));
  position.setPreparePosition(String(last.prepare));
  message.setPosition(position);
  return message;
}

function wrongExpectedVersion(revision: number, expected: Expectation): InstanceType<typeof Status> {
  const details = new shared.WrongExpectedVersion();
  if (revision < 0) details.setCurrentNoStream(new Empty());
  else details.setCurrentStreamRevision(String(revision));
  if (typeof expected === 'number') details.setExpectedStreamPosition(String(expected));
  else if (expected === 'none') details.setExpectedNoStream(new Empty());
  else if (expected === 'exists') details.setExpectedStreamExists(new Empty());
  else details.setExpectedAny(new Empty());
  const packed = new Any();
  packed.pack(details.serializeBinary(), WRONG_EXPECTED_VERSION);
  const status = new Status();
  status.setCode(FAILED_PRECONDITION as never);
  status.setMessage('WrongExpectedVersion');
  status.setDetails(packed);
  return status;
}

function proposed(message: BatchAppendReq.ProposedMessage): ProposedEvent {
  const metadata = message.getMetadataMap();
  return {
    id: uuidOf(message.getId()!),
    type: metadata.get('type')!,
    contentType: metadata.get('content-type')!,
    metadata: message.getCustomMetadata_asU8(),
    data: message.getData_asU8(),
  };
}

function uuidOf(uuid: UUID): string {
  if (uuid.hasString()) return uuid.getString();
  const { mostSignificantBits, leastSignificantBits } = uuid.getStructured()!.toObject();
  const hex = [mostSignificantBits, leastSignificantBits]
    .map((bits) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
