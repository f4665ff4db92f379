import type { Micros } from '../kernel/money.js';

/** What flows between steps. A service declares which it takes and which it gives. */
export type DataType =
  | 'table'
  | 'text'
  | 'statistics'
  | 'trend'
  | 'chart'
  | 'markdown'
  | 'html'
  | 'summary'
  | 'forecast'
  | 'anomalies'
  | 'comparison'
  | 'json';

/** A paid service as discovery found it. Descriptions are untrusted text. */
export interface ServiceOffer {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly capability: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly price: Micros;
  readonly payTo: string;
  readonly network: string;
  readonly asset: string;
  /** named inputs of the request body and their types; `optional` ones may be left out */
  readonly inputs: readonly ServiceInput[];
  readonly output: DataType;
  /** JSON schema of the request body and of the answer, as declared */
  readonly inputSchema: unknown;
  readonly outputSchema: unknown;
  /** 0 to 10,000 */
  readonly reputation: number;
  /** 0 to 1 */
  readonly uptime: number;
  readonly latencyMs: number;
  readonly tags: readonly string[];
}

export interface ServiceInput {
  readonly name: string;
  readonly type: DataType | 'string' | 'number' | 'boolean';
  readonly optional: boolean;
  readonly description: string;
  readonly allowed?: readonly string[];
  /** takes one value of the type or a list of them */
  readonly many?: boolean;
}

export interface Catalogue {
  /** What {@link all} would give without asking anybody; undefined when it would have to ask. */
  readonly known: readonly ServiceOffer[] | undefined;
  /** Resolves when they are known, or after a moment, whatever has become of them. */
  soon(): Promise<void>;
  all(): Promise<readonly ServiceOffer[]>;
  search(query: string, limit: number): Promise<readonly ServiceOffer[]>;
  byId(id: string): Promise<ServiceOffer | undefined>;
}
