import { RouteConfig } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import type { Category } from '../../kernel/ids.js';
import type { ReadModel } from '../own-writes.js';
import type { AnswerName } from './answers/index.js';

/** What a route says about itself: the edge checks by it, and the OpenAPI document is made of it. */
export interface OperationDescription {
  readonly summary: string;
  readonly tag: string;
  /**
   * `user`: a valid API key. `public`: nobody needs to say who he is; calls are limited by address, unless
   * `unlimited`, which is for probes.
   */
  readonly access?: 'user' | 'public' | 'unlimited';
  readonly body?: z.ZodType;
  /** `body` describes what is sent; the controller gets its bytes, and who they are for reads them */
  readonly raw?: boolean;
  /** a call without a body is read as `{}` */
  readonly query?: z.ZodObject;
  /** status of success; 200 unless said otherwise */
  readonly success?: number;
  /** 202 as well, with the same answer, while what was asked for is still going on */
  readonly accepted?: boolean;
  /** 503 as well, with the same answer, which then says what is missing */
  readonly degraded?: boolean;
  /** the read models it asks, which `X-Min-Position` then waits for; all when absent */
  readonly reads?: readonly ReadModel[];
  /** the stream whose rows it shows, by the parameter of the path that has its id */
  readonly about?: { readonly category: Category; readonly parameter: string };
  /** what it answers when it succeeds */
  readonly answer?: AnswerName;
  readonly mediaType?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: OperationDescription;
  }
}

export const Operation = (operation: OperationDescription): MethodDecorator => RouteConfig({ operation });
