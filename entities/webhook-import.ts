import { Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { WebhookDelivery } from './webhook-delivery.js';

/** `kept`: another import of the tenant is under way; it runs after that. `left_alone`: nothing is to be imported any more. */
export type WebhookImportState = 'kept' | 'started' | 'left_alone';

/** An import that a delivery asks for, of one tenant. All that are kept of one tenant and scope become one import. */
@Entity('webhook_imports')
@Index('webhook_imports_of_delivery', ['deliveryId'])
@Index('webhook_imports_kept', ['tenantId', 'clientId'], { where: `"state" = 'kept'` })
export class WebhookImport {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'delivery_id' }) deliveryId: string;
  @ManyToOne(() => WebhookDelivery, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'delivery_id', foreignKeyConstraintName: 'webhook_imports_delivery_fk' })
  delivery?: WebhookDelivery;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  /** The scope: one client's customers, or null for all. */
  @Column('varchar', { name: 'client_id', length: 32, nullable: true }) clientId: string | null;
  @Column('varchar', { length: 12 }) state: WebhookImportState;
  @Column('uuid', { name: 'import_id', nullable: true }) importId: string | null;
  /** A sentence. */
  @Column('text', { nullable: true }) note: string | null;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
}
