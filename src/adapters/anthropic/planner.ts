import Anthropic from '@anthropic-ai/sdk';
import { Refusal } from '../../kernel/errors.js';
import type { DraftContract, PlanDraft, Planner, PlanningRequest } from '../../ports/planner.js';
import { failureOf } from './failures.js';
import { INSTRUCTIONS, promptHashOf, userMessage } from './prompt.js';

export interface ClaudePlannerOptions {
  readonly apiKey: string;
  readonly contract: DraftContract;
  readonly model?: string;
  readonly baseUrl?: string;
  /** ms one call may take */
  readonly timeout?: number;
  /** times a call is sent again after a limit or a fault */
  readonly retries?: number;
  readonly maxTokens?: number;
  /** times the model may correct a draft that was refused */
  readonly repairs?: number;
}

export const DEFAULT_MODEL = 'claude-sonnet-5-5';
const TOOL = 'propose_plan';

type Asked = Anthropic.MessageCreateParamsNonStreaming;

const firstAsked = (request: PlanningRequest, options: ClaudePlannerOptions): Asked => ({
  model: options.model ?? DEFAULT_MODEL,
  max_tokens: options.maxTokens ?? 16_000,
  system: INSTRUCTIONS,
  tools: [
    {
      name: TOOL,
      description: 'Proposes the plan. It is checked; what is wrong comes back as an error to correct.',
      input_schema: { ...options.contract.jsonSchema, type: 'object' },
    },
  ],
  messages: [{ role: 'user', content: userMessage(request) }],
});

/** A refusal as the model is told of it. */
const complaint = ({ code, message, figures }: Refusal): string =>
  `${code}: ${message} ${JSON.stringify(figures)} Correct the whole plan and call ${TOOL} again.`.slice(
    0,
    4_000,
  );

const wrong = (message: string): Refusal => new Refusal('PLANNER_ERROR', message);

/** @throws Refusal NO_SERVICE when the model says that nothing leads to the result */
function assertNotMissing({ content }: Anthropic.Message): void {
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  const missing = /^\s*MISSING:\s*(.{1,200})/m.exec(text)?.[1]?.trim();
  if (missing !== undefined)
    throw new Refusal('NO_SERVICE', 'No composition of the services on offer gives what is wanted.', {
      missing,
    });
}

/** The turn that tells the model what is wrong with its last answer. */
function correction(
  answer: Anthropic.Message,
  call: Anthropic.ToolUseBlock | undefined,
  said: string,
): Asked['messages'] {
  const calls = answer.content.filter((part) => part.type === 'tool_use');
  const reply: Anthropic.ContentBlockParam[] = call
    ? calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, is_error: true, content: said }))
    : [{ type: 'text', text: said }];
  const heard = answer.content.length > 0 ? answer.content : [{ type: 'text' as const, text: '(no answer)' }];
  return [
    { role: 'assistant', content: heard as Anthropic.ContentBlockParam[] },
    { role: 'user', content: reply },
  ];
}

/** Reads a draft from an answer, or says why there is none. */
function readAnswer(
  answer: Anthropic.Message,
  call: Anthropic.ToolUseBlock | undefined,
  read: (input: unknown) => ReturnType<DraftContract['read']>,
): ReturnType<DraftContract['read']> | Refusal {
  if (answer.stop_reason === 'max_tokens')
    return wrong('The plan was cut off for its length; propose a shorter one.');
  if (!call) return wrong('There was no plan in the answer.');
  try {
    return read(call.input);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/**
 * Plans through Claude. The model drafts; whatever it drafts is checked by the contract, comes back to it with what
 * is wrong, and is refused when it stays wrong. It never names a price or a recipient, so no text can change one.
 */
export function claudePlanner(options: ClaudePlannerOptions): Planner {
  const client = new Anthropic({
    apiKey: options.apiKey,
    authToken: null,
    baseURL: options.baseUrl ?? 'https://api.anthropic.com',
    timeout: options.timeout ?? 30_000,
    maxRetries: options.retries ?? 2,
    logLevel: 'off',
    openTelemetry: false,
  });
  const ask = async (asked: Asked, signal: AbortSignal): Promise<Anthropic.Message> => {
    try {
      const answer = await client.messages.create(asked, { signal });
      if (Array.isArray(answer?.content)) return answer;
    } catch (error) {
      signal.throwIfAborted();
      throw failureOf(error);
    }
    throw failureOf(new SyntaxError('not a message'));
  };

  return {
    name: 'claude',
    async plan(request, signal): Promise<PlanDraft> {
      let asked = firstAsked(request, options);
      const promptHash = promptHashOf(asked);
      for (let repairs = options.repairs ?? 2; ; repairs -= 1) {
        signal.throwIfAborted();
        const answer = await ask(asked, signal);
        if (answer.stop_reason === 'refusal')
          throw wrong('The planning model declines to plan this request.');
        const call = answer.content.find((part) => part.type === 'tool_use' && part.name === TOOL);
        if (!call) assertNotMissing(answer);
        const tool = call?.type === 'tool_use' ? call : undefined;
        const draft = readAnswer(answer, tool, (input) => options.contract.read(input, request));
        if (!(draft instanceof Refusal)) return { ...draft, model: answer.model || asked.model, promptHash };
        if (repairs <= 0)
          throw new Refusal('PLANNER_ERROR', 'The planning model gave no plan that holds.', {
            reason: draft.code,
          });
        asked = { ...asked, messages: [...asked.messages, ...correction(answer, tool, complaint(draft))] };
      }
    },
  };
}
