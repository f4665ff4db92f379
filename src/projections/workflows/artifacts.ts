import type { WorkflowEvent } from '../../events/workflow.js';
import { places } from '../../kernel/places.js';
import type { ArtifactRef } from '../../kernel/sealed.js';
import type { ArtifactRow, WorkflowRow } from './schema.js';

/** The artifacts an event names, each with the place it was sealed for. */
export function artifactsOf(event: WorkflowEvent, workflow: WorkflowRow, revision: number): ArtifactRow[] {
  const row = (ref: ArtifactRef, place: string): ArtifactRow => ({
    sha256: ref.sha256,
    place,
    workflow_id: workflow.workflow_id,
    user_id: workflow.user_id,
    media_type: ref.mediaType,
    size: ref.size,
    revision,
  });
  if (event.type === 'WorkflowCreated')
    return event.attachments.map(({ content }, index) =>
      row(content, places.attachment(event.workflowId, index)),
    );
  if ((event.type === 'StepCompleted' || event.type === 'StepKept') && 'artifact' in event.output)
    return [row(event.output.artifact, places.output(workflow.workflow_id, workflow.run_no, event.stepId))];
  return [];
}
