import { getBase58Encoder } from '@solana/kit';
import { accountJson } from './accounts.js';
import { type DecodedTransaction, decodeTransaction } from './decoded-transaction.js';
import type { Simulation } from './ledger.js';
import { inContext, type RpcContext, type RpcMethod } from './rpc-context.js';
import { invalidParams, RpcError } from './rpc-error.js';
import type { Options, RpcParams } from './rpc-params.js';
import type { Commitment } from './slots.js';
import type { IndexEntry } from './transaction-record.js';
import { transactionView } from './transaction-view.js';

const RANK: Readonly<Record<Commitment, number>> = { processed: 0, confirmed: 1, finalized: 2 };
const MAX_STATUSES = 256;
const MAX_SIGNATURES = 1_000;

/** Sending, simulating and finding transactions. */
export function transactionMethods(context: RpcContext): Record<string, RpcMethod> {
  const { ledger } = context;
  const { slots, index } = ledger;
  const reached = (entry: IndexEntry, wanted: Commitment): boolean =>
    RANK[slots.commitmentOf(entry.slot)] >= RANK[wanted];
  return {
    sendTransaction: (params) => {
      const decoded = decodeParam(params);
      if (!params.options(1).flag('skipPreflight')) preflight(ledger.simulate(decoded, CHECKED));
      ledger.execute(decoded);
      return decoded.signature;
    },
    simulateTransaction: (params) => {
      const options = params.options(1);
      const simulation = ledger.simulate(decodeParam(params), {
        verify: options.flag('sigVerify'),
        anyBlockhash: options.flag('replaceRecentBlockhash'),
      });
      return inContext(context, simulationView(context, simulation, options));
    },
    getSignatureStatuses: (params) =>
      inContext(
        context,
        params.list(0, MAX_STATUSES).map((signature) => {
          const entry = typeof signature === 'string' ? index.bySignature(signature) : undefined;
          return entry ? statusView(context, entry) : null;
        }),
      ),
    getTransaction: (params) => {
      const entry = index.bySignature(params.text(0));
      const options = params.options(1);
      if (!entry || !reached(entry, options.commitment)) return null;
      return transactionView(ledger, entry, options.transactionEncoding);
    },
    getSignaturesForAddress: (params) => {
      const options = params.options(1);
      const limit = options.limit(MAX_SIGNATURES);
      const { commitment } = options;
      const found: unknown[] = [];
      for (const entry of index.ofAccount(params.address(0), options.text('before'), options.text('until'))) {
        if (!reached(entry, commitment)) continue;
        const { signature, slot, err, memo, time } = entry;
        const confirmationStatus = slots.commitmentOf(slot);
        found.push({ signature, slot, err, memo, blockTime: time, confirmationStatus });
        if (found.length === limit) break;
      }
      return found;
    },
  };
}

const CHECKED = { verify: true, anyBlockhash: false };

function preflight(simulation: Simulation): void {
  if (simulation.err === null) return;
  const { err, logs, unitsConsumed } = simulation;
  throw new RpcError(-32002, `Transaction simulation failed: ${JSON.stringify(err)}`, {
    err,
    logs,
    unitsConsumed,
    accounts: null,
    returnData: null,
    innerInstructions: null,
    replacementBlockhash: null,
  });
}

function decodeParam(params: RpcParams): DecodedTransaction {
  const text = params.text(0);
  const encoding = params.options(1).text('encoding') ?? 'base58';
  if (encoding === 'base64') return decodeTransaction(new Uint8Array(Buffer.from(text, 'base64')));
  if (encoding !== 'base58') throw invalidParams(`unsupported encoding: ${encoding}`);
  // base58 is quadratic in its length: refuse what cannot be a packet before decoding it.
  if (text.length > 1_683) throw invalidParams('transaction too large');
  return decodeTransaction(new Uint8Array(getBase58Encoder().encode(text)));
}

function statusView({ ledger: { slots } }: RpcContext, entry: IndexEntry): unknown {
  const confirmationStatus = slots.commitmentOf(entry.slot);
  return {
    slot: entry.slot,
    confirmations: confirmationStatus === 'finalized' ? null : slots.current() - entry.slot,
    err: entry.err,
    status: entry.err ? { Err: entry.err } : { Ok: null },
    confirmationStatus,
  };
}

function simulationView({ ledger }: RpcContext, simulation: Simulation, options: Options): unknown {
  const wanted = options.object('accounts');
  const accounts = wanted?.addresses('addresses').map((address) => {
    const account = simulation.postAccounts.get(address);
    return account ? accountJson(ledger.svm, account, wanted.accountEncoding('base64')) : null;
  });
  return {
    err: simulation.err,
    logs: simulation.logs,
    unitsConsumed: simulation.unitsConsumed,
    accounts: accounts && simulation.err === null ? accounts : null,
    returnData: null,
    innerInstructions: options.flag('innerInstructions') ? simulation.inner : null,
    replacementBlockhash: null,
  };
}
