import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { Refusal } from '../../kernel/errors.js';
import { LIMITS } from '../../kernel/limits.js';
import type { ServiceOffer } from '../../ports/catalogue.js';
import { API, type ApiDependencies } from '../dependencies.js';
import { breakerViews } from '../operator/breaker-view.js';
import { type Answer, ok } from './answer.js';
import { Operation } from './operation.js';
import { limitParameter } from './paging.js';
import { serviceView } from './views/service.js';

const tag = 'services';

const listQuery = z.strictObject({ capability: z.string().max(80).optional(), limit: limitParameter });
const discoverQuery = z.strictObject({
  query: z.string().trim().min(1).max(LIMITS.requestMaxChars),
  limit: limitParameter,
});

@Controller('services')
export class ServicesController {
  constructor(@Inject(API) private readonly api: ApiDependencies) {}

  @Get()
  @Operation({ tag, summary: 'The paid services that plans can use', query: listQuery, reads: [] })
  async list(@Query() { capability, limit }: z.output<typeof listQuery>): Promise<Answer> {
    const offers = await this.api.catalogue.all();
    const wanted = offers.filter((offer) => capability === undefined || offer.capability === capability);
    return ok({ services: await this.views(wanted.slice(0, limit)), total: wanted.length });
  }

  @Get('discover')
  @Operation({ tag, summary: 'Services that fit words', query: discoverQuery, reads: [] })
  async discover(@Query() { query, limit }: z.output<typeof discoverQuery>): Promise<Answer> {
    const found = await this.api.catalogue.search(query, limit);
    return ok({ services: await this.views(found), total: found.length });
  }

  @Get(':id')
  @Operation({ tag, summary: 'One service', reads: [] })
  async one(@Param('id') id: string): Promise<Answer> {
    const offer = await this.api.catalogue.byId(id);
    if (!offer) throw new Refusal('NOT_FOUND', 'There is no such service.');
    const [service] = await this.views([offer]);
    return ok({ service });
  }

  private async views(offers: readonly ServiceOffer[]) {
    const breakerOf = await breakerViews(this.api);
    return offers.map((offer) => serviceView(offer, breakerOf(offer.id)));
  }
}
