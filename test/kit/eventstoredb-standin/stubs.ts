import { createRequire } from 'node:module';

/** The stubs the client package generated from the server's protocol. CommonJS that Node cannot take names from. */
const require = createRequire(import.meta.url);
const V1 = '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1';

type Streams = typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js');
type StreamsGrpc =
  typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb.js');
type Shared = typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js');
type Status = typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js');
type Features =
  typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb.js');
type FeaturesGrpc =
  typeof import('@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb.js');

export const streams = require(`${V1}/streams_pb.js`) as Streams;
export const { StreamsService } = require(`${V1}/streams_grpc_pb.js`) as StreamsGrpc;
export const shared = require(`${V1}/shared_pb.js`) as Shared;
export const { Status } = require(`${V1}/status_pb.js`) as Status;
export const features = require(`${V1}/serverfeatures_pb.js`) as Features;
export const { ServerFeaturesService } = require(`${V1}/serverfeatures_grpc_pb.js`) as FeaturesGrpc;
export const { Empty } =
  require('google-protobuf/google/protobuf/empty_pb.js') as typeof import('google-protobuf/google/protobuf/empty_pb.js');
export const { Any } =
  require('google-protobuf/google/protobuf/any_pb.js') as typeof import('google-protobuf/google/protobuf/any_pb.js');
