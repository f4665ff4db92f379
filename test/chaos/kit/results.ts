import type { Client, WorkflowDoc } from '../../e2e/kit/client.js';

/** Every step that completed still shows what it gave, and so does the run. @throws Error naming what is lost */
export async function requireResults(client: Client, { id, status }: WorkflowDoc): Promise<void> {
  const { steps, stepResults } = await client.steps(id);
  for (const step of steps) {
    if (status === 'completed' && step.status !== 'completed')
      throw new Error(`${step.id} of the completed run ${id} is ${step.status}`);
    const result = stepResults.find(({ stepId }) => stepId === step.id);
    const has = result?.output !== undefined || result?.outputRef !== undefined;
    if (step.status === 'completed' && !has) throw new Error(`the result of ${step.id} of ${id} is lost`);
  }
  if (status === 'completed' && (await client.result(id)) === undefined)
    throw new Error(`the result of ${id} is lost`);
}
