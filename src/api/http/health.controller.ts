import { Controller, Get, Inject } from '@nestjs/common';
import { Refusal } from '../../kernel/errors.js';
import { workflowFigures } from '../../projections/workflows/queries.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { Answer, money, ok } from './answer.js';
import { Metrics } from './metrics.js';
import { Operation } from './operation.js';

const tag = 'operations';
/** ms figures over all workflows are remembered: anybody may ask for them. */
const FIGURES_AGE = 5_000;

@Controller()
export class HealthController {
  private figures: { readonly at: number; readonly value: Promise<object> } | undefined;

  constructor(
    @Inject(API) private readonly api: ApiDependencies,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Get('health')
  @Operation({
    tag,
    summary: 'Status, dependencies, and figures over all workflows',
    access: 'public',
    degraded: true,
  })
  async health(): Promise<Answer> {
    const dependencies = await this.api.vitals.dependencies();
    const up = Object.values(dependencies).every(Boolean);
    const metrics = up ? await this.remembered() : null;
    return new Answer(up ? 200 : 503, {
      success: up,
      status: up ? 'healthy' : 'degraded',
      version: this.api.settings.version,
      dependencies,
      metrics,
    });
  }

  @Get('health/live')
  @Operation({ tag, summary: 'Whether this process answers', access: 'unlimited' })
  live(): Answer {
    return ok({ status: 'live' });
  }

  @Get('health/ready')
  @Operation({ tag, summary: 'Whether everything this process needs answers', access: 'unlimited' })
  async ready(): Promise<Answer> {
    const dependencies = await this.api.vitals.dependencies();
    const down = Object.keys(dependencies).filter((name) => !dependencies[name]);
    if (down.length === 0) return ok({ status: 'ready' });
    const figures = { down, retryAfterSeconds: 1 };
    throw new Refusal('DEPENDENCY_DOWN', `Not ready: ${down.join(', ')}.`, figures, 'retryable');
  }

  @Get('metrics')
  @Operation({ tag, summary: 'Prometheus text', access: 'unlimited', mediaType: 'text/plain' })
  async prometheus(): Promise<Answer> {
    return new Answer(200, await this.metrics.text(), { 'content-type': this.metrics.contentType });
  }

  private remembered(): Promise<object> {
    const now = this.api.clock.now();
    if (!this.figures || now - this.figures.at > FIGURES_AGE) this.figures = { at: now, value: this.look() };
    const { value } = this.figures;
    value.catch(() => {
      this.figures = undefined;
    });
    return value;
  }

  /** The six of S1-70 to S1-75. */
  private async look(): Promise<object> {
    const [figures, queueDepth] = await Promise.all([
      workflowFigures(this.api.sql),
      this.api.vitals.queueDepth(),
    ]);
    const { active, completed, failed, averageMs, spent } = figures;
    const ended = completed + failed;
    return {
      successRate: ended === 0 ? null : completed / ended,
      averageExecutionMs: averageMs,
      ...money('totalCost', spent),
      activeWorkflows: active,
      queueDepth,
      errorRate: ended === 0 ? null : failed / ended,
    };
  }
}
