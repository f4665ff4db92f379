/** What people are told of a check. */
export interface CheckWords {
  readonly title: string;
  /** the question that the check answers */
  readonly asks: string;
}

/** By the name of the check, or by what stands before its first colon. */
const WORDS: ReadonlyMap<string, (...of: readonly string[]) => CheckWords> = new Map(
  Object.entries({
    format: say('Form', 'Is it a receipt, written so that every program reads the same?'),
    limits: say('Limits', 'Can it be checked here at all, by its size and in the time there is?'),
    issuer: say('Issuer', 'Did somebody you trust sign it?'),
    signature: say('Signature', 'Is what it says exactly what was signed?'),
    statement: say('Statement', 'Does what it says agree with itself?'),
    level: say('Level', 'Does it bring all that a receipt of its level must bring?'),
    plan: say('Plan', 'Is the plan shown here the one that was signed?'),
    results: say('Results', 'Is what is shown of every step what was signed?'),
    'final-result': say('Final result', 'Is the result of the run the one that was signed?'),
    costs: say('Costs', 'Did every step stay within its ceiling, and the run within its budget?'),
    order: say('Order of steps', 'Did every step come after those it depends on?'),
    payments: say('Payments', 'Was each payee of the plan paid what is recorded, and only once?'),
    kept: say('Kept steps', 'Did what was kept of other runs cost nothing again?'),
    rollback: say('Undone steps', 'Is what is said to be undone something that was done?'),
    'proof-chain': say('Chain of proofs', 'Are all proofs there that so long a run needs?'),
    'proof-signals': say('Subject of the proof', 'Is it a proof about this very receipt?'),
    'proof-links': say('Links of the chain', 'Does each proof go on where the one before it ended?'),
    context: say('Context', 'Was the proof made for you, and not for somebody else?'),
    'proof-key': say('Proof key', 'Is the proof checked with a key that this page trusts?'),
    'proof-key-kind': say('Kind of proof key', 'Is it a key for which nobody can forge proofs?'),
    proof: (part) =>
      part === undefined
        ? { title: 'Proof', asks: 'Does the proof itself hold?' }
        : { title: `Proof of part ${part}`, asks: 'Does the proof of this part of the steps hold?' },
    events: say('Events', 'Do the events of the run say the same?'),
    'payments-on-chain': say('Payments on chain', 'Are the payments on their chain?'),
    log: say('Transparency log', 'Is it in a log that keeps whatever was issued?'),
    'key-time': say('Time of the key', 'Was the key in use when it signed?'),
    revocation: say('Revocation', 'Does its issuer stand by it still?'),
    receipt: say('Its receipt', 'Is the step of the receipt that you gave beside it?'),
    run: say('Rest of the run', 'Did the rest of the run keep the rules?'),
    openings: say('Salts', 'Are the salts those of steps that are shown?'),
    content: (...of) => contentWords(of.slice(0, -1).join(':'), of.at(-1)),
    rest: say('Everything else', 'Does the rest of it hold?'),
  }),
);

/** @returns undefined for a check that nobody has put in words yet */
export function checkWords(name: string): CheckWords | undefined {
  const [kind, ...of] = name.split(':');
  return WORDS.get(kind!)?.(...of);
}

function say(title: string, asks: string): () => CheckWords {
  return () => ({ title, asks });
}

const contentWords = (stepId: string, role: string | undefined): CheckWords =>
  role === 'input'
    ? { title: `Input of ${stepId}`, asks: 'Is the file you gave what this step was given?' }
    : { title: `Output of ${stepId}`, asks: 'Is the file you gave what this step made?' };
