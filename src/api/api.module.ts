import 'reflect-metadata';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LIMITS } from '../kernel/limits.js';
import { API, type ApiDependencies } from './dependencies.js';
import { AnsweringAdapter } from './http/answering-adapter.js';
import { ApiKeysController } from './http/api-keys.controller.js';
import { ArtifactsController } from './http/artifacts.controller.js';
import { AuditController } from './http/audit.controller.js';
import { BatchesController } from './http/batches.controller.js';
import { DisclosuresController } from './http/disclosures.controller.js';
import { guardEdge } from './http/edge.js';
import { EscrowController } from './http/escrow.controller.js';
import { answerNoAddress, answerNoRequest } from './http/framework-errors.js';
import { HealthController } from './http/health.controller.js';
import { answerOnce } from './http/idempotency.js';
import { IssuerController } from './http/issuer.controller.js';
import { sayWhatIsLeftOut } from './http/left-out-header.js';
import { LogController } from './http/log.controller.js';
import { MandatesController } from './http/mandates.controller.js';
import { Metrics } from './http/metrics.js';
import { PaymentsController } from './http/payments.controller.js';
import { ProofsController } from './http/proofs.controller.js';
import { keepRawBodies } from './http/raw-bodies.js';
import { ReceiptUpgradesController } from './http/receipt-upgrades.controller.js';
import { ReceiptsController } from './http/receipts.controller.js';
import { RefusalFilter } from './http/refusal.filter.js';
import { ServicesController } from './http/services.controller.js';
import { StatementsController } from './http/statements.controller.js';
import { UsersController } from './http/users.controller.js';
import { VerificationController } from './http/verification.controller.js';
import { serveVerificationPage } from './http/verification-page.js';
import { WithdrawalsController } from './http/withdrawals.controller.js';
import { WorkflowDetailsController } from './http/workflow-details.controller.js';
import { WorkflowForkController } from './http/workflow-fork.controller.js';
import { WorkflowRollbackController } from './http/workflow-rollback.controller.js';
import { WorkflowSignalsController } from './http/workflow-signals.controller.js';
import { WorkflowStepsController } from './http/workflow-steps.controller.js';
import { WorkflowsController } from './http/workflows.controller.js';
import { serveDocs } from './openapi/docs-page.js';
import type { DescribedRoute } from './openapi/document.js';
import { ComponentsController } from './operator/components.controller.js';
import { FreezingController } from './operator/freezing.controller.js';
import { ParkedStreamsController } from './operator/parked-streams.controller.js';
import { PayoutsController } from './operator/payouts.controller.js';
import { QueuesController } from './operator/queues.controller.js';
import { ReconciliationController } from './operator/reconciliation.controller.js';
import { TasksController } from './operator/tasks.controller.js';
import { WaitingController } from './operator/waiting.controller.js';
import { serveStreams } from './ws/stream.js';

@Module({})
export class ApiModule {
  static of(api: ApiDependencies, metrics: Metrics): DynamicModule {
    return {
      module: ApiModule,
      providers: [
        { provide: API, useValue: api },
        { provide: Metrics, useValue: metrics },
      ],
      // paths that are words come before paths that are ids
      controllers: [
        BatchesController,
        WorkflowsController,
        WorkflowDetailsController,
        WorkflowRollbackController,
        WorkflowForkController,
        WorkflowSignalsController,
        WorkflowStepsController,
        VerificationController,
        ReceiptsController,
        DisclosuresController,
        ReceiptUpgradesController,
        LogController,
        UsersController,
        WithdrawalsController,
        EscrowController,
        StatementsController,
        PaymentsController,
        MandatesController,
        ProofsController,
        ServicesController,
        ArtifactsController,
        AuditController,
        ApiKeysController,
        IssuerController,
        HealthController,
        TasksController,
        ParkedStreamsController,
        FreezingController,
        ReconciliationController,
        ComponentsController,
        QueuesController,
        PayoutsController,
        WaitingController,
      ],
    };
  }
}

/** Ready to listen: `await app.listen(port, host)`. Closing it ends open streams with a reason. */
export async function createApi(api: ApiDependencies): Promise<NestFastifyApplication> {
  const metrics = new Metrics(api);
  const adapter = new AnsweringAdapter({
    bodyLimit: LIMITS.bodyBytes,
    logger: false,
    routerOptions: { maxParamLength: 160 },
    forceCloseConnections: true,
    frameworkErrors: answerNoAddress,
    clientErrorHandler: answerNoRequest,
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(api, metrics), adapter, {
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
  const server = adapter.getInstance();
  const routes: DescribedRoute[] = [];
  server.addHook('onRoute', ({ method, url, config }) => {
    const { operation } = config ?? {};
    for (const verb of [method].flat())
      if (operation && verb !== 'HEAD') routes.push({ method: verb, url, operation });
  });
  keepRawBodies(server);
  guardEdge(server, api);
  answerOnce(server, api);
  sayWhatIsLeftOut(server, api);
  metrics.observe(server);
  const { version } = api.settings;
  // their schemas are many, and few programs are ever asked for them
  serveDocs(server, {
    'openapi.json': async () => (await import('./openapi/document.js')).openApiDocument(routes, version),
    'asyncapi.json': async () => (await import('./asyncapi/document.js')).asyncApiDocument(version),
  });
  serveVerificationPage(server);
  app.useGlobalFilters(new RefusalFilter(api.log));
  await app.init();
  await server.ready();
  serveStreams(server, api);
  return app;
}
