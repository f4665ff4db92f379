export interface ClaimDeposit {
  readonly type: 'ClaimDeposit';
  readonly signature: string;
  readonly userId: string;
}

export type DepositCommand = ClaimDeposit;
