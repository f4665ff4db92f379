import { formatUsdc } from '../../kernel/money.js';
import type { DisclosedStep, Receipt, ReceiptProof, Statement } from '../document.js';
import { type Child, code, element, missing } from './element.js';
import { table } from './table.js';

/** What the receipt says about its run, for people; whether to believe it is what the checks are for. */
export function runView({
  statement,
  disclosure,
  proof,
  proofs,
  signature,
}: Receipt): readonly HTMLElement[] {
  const steps = disclosure?.steps ?? [];
  return [
    section('The run', facts([...runFacts(statement), ['Signed by', code(signature.publicKey)]])),
    section('Steps', steps.length > 0 ? stepsTable(steps) : withoutSteps(statement)),
    ...(steps.length > 0 ? [section('Payments', paymentsTable(steps))] : []),
    ...(statement.commitments ? [commitmentsView(statement, proofs ?? (proof ? [proof] : []))] : []),
    section(
      'What this does not prove',
      element('ul', { class: 'limits' }, ...statement.notProven.map((text) => element('li', {}, text))),
    ),
  ];
}

type Fact = readonly [string, Child];

function runFacts(statement: Statement): readonly Fact[] {
  const { totalCost, maxCost, approval, kept = [] } = statement;
  return [
    ['Receipt', code(statement.receiptId)],
    ['Workflow', code(statement.workflowId)],
    ['Run', `${statement.runNo}`],
    ['Outcome', statement.outcome],
    ['Level', statement.level],
    ['Steps', `${statement.stepCount}`],
    ['Cost', totalCost === null ? 'concealed, within the budget' : formatUsdc(BigInt(totalCost))],
    ['Budget', formatUsdc(BigInt(maxCost))],
    [
      'Approved by',
      approval ? (approval.approver ?? 'a standing approval') : missing('nobody: there was no plan'),
    ],
    ['Started', statement.startedAt ? time(statement.startedAt) : missing('never')],
    ['Closed', time(statement.closedAt)],
    ['Issued', time(statement.issuedAt)],
    ...(statement.unprovable === null ? [] : [['No proof because', statement.unprovable] as const]),
    ...kept.map((each): Fact => [`Kept: ${each.stepId}`, code(`from ${each.workflowId}, run ${each.runNo}`)]),
  ];
}

const withoutSteps = ({ stepCount }: Statement): HTMLElement =>
  element(
    'p',
    { class: 'quiet' },
    stepCount === 0
      ? 'The run ended before it had a plan.'
      : `The ${stepCount} steps are not disclosed. What is checked about them is checked by the proof.`,
  );

const OUTCOMES: Readonly<Record<DisclosedStep['outcome'], string>> = {
  completed: 'completed',
  skipped: 'skipped',
  failed: 'failed',
  not_finished: 'not finished',
};

const stepsTable = (steps: readonly DisclosedStep[]): HTMLElement =>
  table(
    'Steps of the run in the order of the plan',
    ['Step', 'Does', 'After', 'Outcome', 'Cost', 'Ceiling'],
    steps.map((step) => [
      code(step.stepId),
      `${step.action} (${step.kind.replaceAll('_', ' ')})`,
      step.dependencies.length > 0 ? code(step.dependencies.join(', ')) : missing('–'),
      outcomeOf(step),
      formatUsdc(BigInt(step.cost)),
      formatUsdc(BigInt(step.ceiling)),
    ]),
  );

const outcomeOf = ({ outcome, attempt, evidence }: DisclosedStep): string =>
  [
    OUTCOMES[outcome],
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(evidence.reason === null ? [] : [evidence.reason]),
    ...(evidence.executor === undefined ? [] : [`by ${evidence.executor}`]),
  ].join(', ');

function paymentsTable(steps: readonly DisclosedStep[]): HTMLElement {
  const paid = steps.flatMap(({ stepId, evidence: { payment } }) => (payment ? [{ stepId, payment }] : []));
  if (paid.length === 0) return element('p', { class: 'quiet' }, 'Nothing was paid.');
  return table(
    'Payments for steps',
    ['Step', 'Amount', 'To', 'From', 'Signature on the chain'],
    paid.map(({ stepId, payment }) => [
      code(stepId),
      formatUsdc(BigInt(payment.amount)),
      code(payment.payee),
      code(payment.payer),
      code(`${payment.signature} (slot ${payment.slot} of ${payment.network}, asset ${payment.asset})`),
    ]),
  );
}

function commitmentsView({ commitments, approval }: Statement, proofs: readonly ReceiptProof[]): HTMLElement {
  const found: Fact[] = Object.entries(commitments ?? {}).map(([name, value]) => [name, code(String(value))]);
  if (approval) found.push(['planHash', code(approval.planHash)]);
  for (const proof of proofs)
    found.push(
      ['circuit', code(`${proof.circuitId}, version ${proof.circuitVersion}`)],
      ['verification key', code(`${proof.vkeyHash} (${proof.keyKind})`)],
    );
  return element('details', {}, element('summary', {}, 'Commitments and proof'), facts(found));
}

const facts = (rows: readonly Fact[]): HTMLElement =>
  element(
    'dl',
    {},
    ...rows.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );

const section = (title: string, ...children: readonly HTMLElement[]): HTMLElement =>
  element('section', {}, element('h3', {}, title), ...children);

const time = (text: string): HTMLElement =>
  element('time', { datetime: text }, `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`);
