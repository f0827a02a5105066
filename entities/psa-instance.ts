import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** One HaloPSA installation that Isthmus writes to. */
@Entity('psa_instances')
export class PsaInstance {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('varchar', { length: 200 }) name: string;
  @Column('boolean', { default: true }) enabled: boolean;
  @Column('text', { name: 'base_url' }) baseUrl: string;
  @Column('text', { name: 'auth_url', nullable: true }) authUrl: string | null;
  @Column('varchar', { name: 'halo_tenant', length: 200, nullable: true }) haloTenant: string | null;
  @Column('varchar', { name: 'client_id', length: 200 }) clientId: string;
  /** Sealed. */
  @Column('text', { name: 'client_secret' }) clientSecret: string;
  /** Sealed: the custom tab's secret. */
  @Column('text', { name: 'iframe_secret', nullable: true }) iframeSecret: string | null;
  /** Sealed: what Halo shows when it calls the webhook. */
  @Column('text', { name: 'webhook_secret' }) webhookSecret: string;
  /** When each secret was set: `{ clientSecret, iframeSecret, webhookSecret }`, RFC 3339. */
  @Column('jsonb', { name: 'secrets_set_at', default: {} }) secretsSetAt: Record<string, string>;
  @Column('integer', { name: 'calls_per_5_minutes', default: 300 }) callsPer5Minutes: number;
  /** The most records one write may hold; 1 for a HaloPSA that refuses arrays. */
  @Column('integer', { name: 'records_per_call', default: 100 }) recordsPerCall: number;
  @Column('varchar', { name: 'alert_ticket_type_id', length: 32, nullable: true }) alertTicketTypeId: string | null;
  @Column('varchar', { name: 'alert_client_id', length: 32, nullable: true }) alertClientId: string | null;
  /** Whether a created client came back with its key, by id and in the list; null until the first was tried. */
  @Column('boolean', { name: 'client_keys_kept', nullable: true }) clientKeysKept: boolean | null;
  /** The same for licences. */
  @Column('boolean', { name: 'licence_keys_kept', nullable: true }) licenceKeysKept: boolean | null;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' }) updatedAt: Date;
  @Column('timestamptz', { name: 'archived_at', nullable: true }) archivedAt: Date | null;
}
