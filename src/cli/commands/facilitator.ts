import { resolve } from 'node:path';
import { isRefusal } from '../../kernel/errors.js';

export interface FacilitatorCommand {
  readonly data: string;
  readonly rpc: string;
  readonly network: string;
  readonly port: number;
  readonly host: string;
}

/** Runs an x402 facilitator for a Solana of one's own choice, until Ctrl-C. @returns the exit code */
export async function facilitator({ data, rpc, network, port, host }: FacilitatorCommand): Promise<number> {
  const { startFacilitator } = await import('../../embedded/facilitator.js');
  const dataDir = resolve(data);
  try {
    const running = await startFacilitator({ dataDir, rpcUrl: rpc, network, port, host });
    console.log(`x402 facilitator on ${running.url}, for ${network} by ${rpc}`);
    console.log(`Fees are paid by ${running.feePayer}, which needs SOL. Its key is in ${dataDir}.`);
    await new Promise<void>((told) => {
      for (const sign of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(sign, () => told());
    });
    await running.close();
    return 0;
  } catch (error) {
    console.error(
      `The facilitator was not started: ${error instanceof Error ? error.message : String(error)}`,
    );
    return isRefusal(error) ? 2 : 1;
  }
}
