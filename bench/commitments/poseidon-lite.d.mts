export declare const ARITY: number;
export declare const poseidon: (inputs: readonly bigint[]) => bigint;
export declare const poseidonEach: (many: readonly (readonly bigint[])[]) => readonly bigint[];
export declare const poseidonOnce: typeof poseidon;
export declare const poseidonOnceEach: typeof poseidonEach;
export declare const maker: string;
