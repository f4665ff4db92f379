import pc from 'picocolors';
import type { Plan, PlanStep, Workflow } from '../api/views.js';
import { amount, cut, duration, plainText, plural, usdc } from './figures.js';
import { tableLines } from './table.js';

/** The plan as somebody reads it before paying for it. */
export function planLines(
  plan: Plan,
  { maxCostMicro }: Pick<Workflow, 'maxCostMicro'>,
  width = 110,
): string[] {
  const critical = new Set(plan.criticalPath);
  const room = Math.max(16, width - 78);
  const rows = plan.steps.map((step, index) => [
    `${index + 1}`,
    cut(plainText(step.title), 30),
    step.service ? plainText(step.service.name) : pc.dim('here'),
    pc.dim(cut(reasonOf(step), room)),
    amount(step.estimatedCostMicro),
    `${duration(step.estimatedTime)}${critical.has(step.id) ? pc.yellow('*') : ' '}`,
    needs(step, plan),
  ]);
  return [
    ...tableLines(
      [
        { head: '#', align: 'right' },
        { head: 'Step' },
        { head: 'Service' },
        { head: 'Why' },
        { head: 'USDC', align: 'right' },
        { head: 'Time ', align: 'right' },
        { head: 'After' },
      ],
      rows,
    ),
    '',
    ...totals(plan, maxCostMicro),
  ];
}

const needs = (step: PlanStep, { steps }: Plan): string =>
  step.dependencies
    .map((id) => steps.findIndex((other) => other.id === id) + 1)
    .sort((a, b) => a - b)
    .join(', ');

/** How well it fits, and what sets it apart from its rivals; the price has a column of its own. */
function reasonOf({ kind, matchScore, matchReasons = [] }: PlanStep): string {
  if (kind === 'workflow') return 'a workflow of its own, at most';
  if (kind !== 'service_call') return 'costs nothing';
  const reasons = matchReasons.map(plainText);
  const figure = (pattern: RegExp) => reasons.map((reason) => pattern.exec(reason)?.[1]).find(Boolean);
  const reputation = figure(/^reputation (\d+)/);
  const latency = figure(/^answers in about (.+)$/);
  const told = [
    ...(matchScore === undefined ? [] : [`fit ${matchScore.toFixed(2)}`]),
    ...(reputation ? [`reputation ${reputation}`] : []),
    ...(latency ? [`~${latency}`] : []),
  ];
  return (told.length > 0 ? told : reasons).join(' · ');
}

function totals(plan: Plan, limit: string): string[] {
  const { planSummary: summary } = plan;
  const path = plan.criticalPath.map((id) => plan.steps.findIndex((step) => step.id === id) + 1);
  const parallel = summary.parallelSteps > 0 ? `, ${summary.parallelSteps} of them side by side` : '';
  return [
    ` ${plural(summary.steps, 'step')} by ${plural(summary.services, 'service')}${parallel}; planned by ${plainText(plan.planner)}.`,
    ` Costs ${pc.bold(usdc(summary.estimatedCostMicro))}, at most ${usdc(plan.maxCostMicro)} (your limit: ${usdc(limit)}).`,
    ` Takes about ${pc.bold(duration(summary.estimatedTime))}; the longest way through is ${path.join(' → ')} ${pc.yellow('*')}`,
  ];
}
