/** Processes of a cluster. docker-compose.yml starts as many of each. */
export const CLUSTER_ROLES: readonly string[] = [
  ...['api', 'api', 'saga', 'saga', 'projector', 'projector'],
  ...['worker', 'worker', 'prover', 'relay', 'relay'],
];
