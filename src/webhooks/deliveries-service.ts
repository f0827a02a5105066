import { type FindOptionsWhere, In } from 'typeorm';
import { WebhookDelivery, WebhookImport } from '../../entities/index.js';
import type { Caller } from '../auth/caller.js';
import { requireSight } from '../auth/caller.js';
import type { Services } from '../services.js';
import { psaInstanceOf } from '../tenants/tenant-access.js';
import type { DeliveriesQuery } from './dto.js';
import type { Followed } from './delivery-view.js';

/** Deliveries as they can be looked at afterwards. */
export class DeliveriesService {
  constructor(private readonly services: Pick<Services, 'dataSource'>) {}

  /** Newest first, and how many there are. @throws NotFound also for a PSA instance that the caller does not see. */
  async list(caller: Caller, psaInstanceId: string, { event, state, offset, limit }: DeliveriesQuery): Promise<[Followed[], number]> {
    requireSight(caller, psaInstanceId, 'That PSA instance');
    const { manager } = this.services.dataSource;
    await psaInstanceOf(manager, psaInstanceId);
    const where: FindOptionsWhere<WebhookDelivery> = { psaInstanceId, ...(event && { event }), ...(state && { state }) };
    const [found, total] = await manager.findAndCount(WebhookDelivery, {
      where,
      order: { receivedAt: 'DESC', id: 'ASC' },
      skip: offset,
      take: limit,
    });
    return [await this.followed(found), total];
  }

  /** One that is known to be there. */
  async one(id: string): Promise<Followed> {
    const [followed] = await this.followed([await this.services.dataSource.manager.findOneByOrFail(WebhookDelivery, { id })]);
    return followed!;
  }

  private async followed(deliveries: readonly WebhookDelivery[]): Promise<Followed[]> {
    const asked = await this.services.dataSource.manager.find(WebhookImport, {
      where: { deliveryId: In(deliveries.map(({ id }) => id)) },
      order: { tenantId: 'ASC' },
    });
    return deliveries.map((delivery) => ({ delivery, imports: asked.filter(({ deliveryId }) => deliveryId === delivery.id) }));
  }
}
