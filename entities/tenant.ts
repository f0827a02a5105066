import { Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';
import { PsaInstance } from './psa-instance.js';

export type TenantStatus = 'untested' | 'ok' | 'failing' | 'paused';

export interface ClientImportSettings {
  createUnmatched: boolean;
  onlyWithSubscriptions: boolean;
  topLevelId?: string;
  updateMainSiteAddress: boolean;
}

export interface SubscriptionImportSettings {
  prices: 'never' | 'on_create' | 'always';
  names: 'on_create' | 'always';
  trials: 'import' | 'skip';
  followRenewals: boolean;
  supplierId?: string;
  rereadWithinDays: number;
}

export interface IntegratorSettings {
  enabled: boolean;
  customers: boolean;
  subscriptions: boolean;
  deactivateDeleted: boolean;
  /** `HH:MM`, in `timeZone`. */
  at: string;
  timeZone: string;
  /** Since when the schedule is what it is, RFC 3339: what came due earlier is not caught up. Since the tenant's beginning, if not said. */
  since?: string;
}

export interface GuardSettings {
  floor: number;
  percent: number;
}

/** One connection to one marketplace reseller account. */
@Entity('tenants')
@Index('tenants_psa_instance', ['psaInstanceId'])
export class Tenant {
  @PrimaryGeneratedColumn('uuid') id: string;
  @Column('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  @ManyToOne(() => PsaInstance)
  @JoinColumn({ name: 'psa_instance_id', foreignKeyConstraintName: 'tenants_psa_instance_fk' })
  psaInstance?: PsaInstance;
  @Column('varchar', { length: 200 }) name: string;
  @Column('boolean', { default: true }) enabled: boolean;
  @Column('text', { name: 'api_url' }) apiUrl: string;
  @Column('varchar', { length: 5 }) marketplace: string;
  @Column('varchar', { length: 320 }) username: string;
  /** Sealed. */
  @Column('text') password: string;
  /** Sealed. */
  @Column('text', { name: 'subscription_key' }) subscriptionKey: string;
  @Column('varchar', { name: 'application_id', length: 200, nullable: true }) applicationId: string | null;
  /** The reseller's own account id; rows of another reseller are dropped when it is set. */
  @Column('varchar', { name: 'account_id', length: 64, nullable: true }) accountId: string | null;
  @Column('varchar', { length: 2, nullable: true }) country: string | null;
  @Column('varchar', { length: 3, nullable: true }) currency: string | null;
  @Column('jsonb', { name: 'client_import' }) clientImport: ClientImportSettings;
  @Column('jsonb', { name: 'subscription_import' }) subscriptionImport: SubscriptionImportSettings;
  @Column('jsonb') integrator: IntegratorSettings;
  @Column('jsonb') guard: GuardSettings;
  @Column('varchar', { length: 10, default: 'untested' }) status: TenantStatus;
  @Column('timestamptz', { name: 'verified_at', nullable: true }) verifiedAt: Date | null;
  /** When each secret was set: `{ password, subscriptionKey }`, RFC 3339. */
  @Column('jsonb', { name: 'secrets_set_at', default: {} }) secretsSetAt: Record<string, string>;
  /** Orders created before this moment have been taken into account. */
  @Column('timestamptz', { name: 'orders_read_until', nullable: true }) ordersReadUntil: Date | null;
  /** Set while the integrator leaves this tenant alone: a person paused it, or its credentials were refused too often. */
  @Column('timestamptz', { name: 'paused_at', nullable: true }) pausedAt: Date | null;
  /** A sentence. */
  @Column('text', { name: 'paused_why', nullable: true }) pausedWhy: string | null;
  /** Imports in a row that ended because credentials were refused. */
  @Column('integer', { default: 0 }) refusals: number;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' }) updatedAt: Date;
  @Column('timestamptz', { name: 'archived_at', nullable: true }) archivedAt: Date | null;
}
