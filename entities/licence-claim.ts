import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Who may create the licence with a key in a PSA instance: two tenants of one marketplace account may plan it at the same moment. */
@Entity('licence_claims')
@Index('licence_claims_change', ['changeId'])
export class LicenceClaim {
  @PrimaryColumn('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  @PrimaryColumn('text') key: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('uuid', { name: 'import_id' }) importId: string;
  @Column('uuid', { name: 'change_id' }) changeId: string;
  /** When the create it was made for was settled; null while it is open. */
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
}
