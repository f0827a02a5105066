import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type LinkOrigin = 'created' | 'key' | 'adopted' | 'renewal';

/**
 * "This line is kept in that licence". A link without a licence is a person's word to create one although something looks
 * like it already. One that no longer holds is archived, and remembers why.
 */
@Entity('links')
@Index('links_one_for_each_line', ['tenantId', 'subscriptionId', 'line'], { unique: true, where: '"archived_at" IS NULL' })
@Index('links_one_for_each_licence', ['psaInstanceId', 'licenceId'], {
  unique: true,
  where: '"archived_at" IS NULL AND "licence_id" IS NOT NULL',
})
@Index('links_archived', ['psaInstanceId', 'licenceId'], { where: '"archived_at" IS NOT NULL' })
export class Link {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('varchar', { name: 'subscription_id', length: 64 }) subscriptionId: string;
  @Column('text') line: string;
  @Column('varchar', { name: 'licence_id', length: 32, nullable: true }) licenceId: string | null;
  @Column('varchar', { length: 8, nullable: true }) origin: LinkOrigin | null;
  @Column('boolean', { name: 'create_anyway', default: false }) createAnyway: boolean;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'archived_at', nullable: true }) archivedAt: Date | null;
  /** `renewal`: the licence goes on under another line. `recreate`: it was left behind at another client. `replaced`: a person chose another. */
  @Column('varchar', { name: 'archived_why', length: 10, nullable: true }) archivedWhy: 'renewal' | 'recreate' | 'replaced' | null;
}
