import { type Address, getBase58Decoder } from '@solana/kit';
import { accountJson, mintOf, tokenAccount, tokenAmount } from './accounts.js';
import { inContext, type RpcContext, type RpcMethod } from './rpc-context.js';
import { invalidParams } from './rpc-error.js';
import { TOKEN_PROGRAM } from './well-known.js';

/** Questions about accounts and token balances, and the faucets that fill them. */
export function accountMethods(context: RpcContext): Record<string, RpcMethod> {
  const { ledger, faucet } = context;
  const { svm } = ledger;
  const json = (address: Address, encoding: Parameters<typeof accountJson>[2]): unknown => {
    const account = svm.getAccount(address);
    return account.exists ? accountJson(svm, account, encoding) : null;
  };
  const amountOf = (amount: bigint, mint: Address) => tokenAmount(amount, mintOf(svm, mint)?.decimals ?? 0);
  return {
    getBalance: (params) => inContext(context, Number(svm.getBalance(params.address(0)) ?? 0n)),
    getAccountInfo: (params) =>
      inContext(context, json(params.address(0), params.options(1).accountEncoding())),
    getMultipleAccounts: (params) => {
      const encoding = params.options(1).accountEncoding('base64');
      return inContext(
        context,
        params.addresses(0).map((address) => json(address, encoding)),
      );
    },
    getTokenAccountBalance: (params) => {
      const token = tokenAccount(svm, params.address(0));
      if (!token) throw invalidParams('could not find account');
      return inContext(context, amountOf(token.amount, token.mint));
    },
    getTokenSupply: (params) => {
      const mint = mintOf(svm, params.address(0));
      if (!mint) throw invalidParams('could not find mint');
      return inContext(context, tokenAmount(mint.supply, mint.decimals));
    },
    getTokenAccountsByOwner: (params) => {
      const owner = params.address(0);
      const mint = params.options(1).text('mint');
      const encoding = params.options(2).accountEncoding();
      const accounts = svm.getProgramAccounts(TOKEN_PROGRAM).filter(({ address }) => {
        const token = tokenAccount(svm, address);
        return token?.owner === owner && (mint === undefined || token.mint === mint);
      });
      return inContext(
        context,
        accounts.map((account) => ({
          pubkey: account.address,
          account: accountJson(svm, account, encoding),
        })),
      );
    },
    requestAirdrop: async (params) => faucet.sol(params.address(0), BigInt(params.whole(1))),
    /** Not Solana's: test USDC for [owner, micro-USDC as decimal text]. */
    requestTokenAirdrop: async (params) => faucet.usdc(params.address(0), microsOf(params.text(1))),
    getFeeForMessage: () => inContext(context, 5_000),
    getIdentity: () => ({ identity: getBase58Decoder().decode(new Uint8Array(32)) }),
  };
}

function microsOf(text: string): bigint {
  if (!/^[1-9][0-9]{0,17}$/.test(text)) throw invalidParams('not an amount of micro-USDC');
  return BigInt(text);
}
