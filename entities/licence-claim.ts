import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who may create the licence with a key in a PSA instance: two tenants of one marketplace account may plan it at the same moment. */
@Entity('licence_claims')
export class LicenceClaim {
  @PrimaryColumn('uuid', { name: 'psa_instance_id' }) psaInstanceId: string;
  @PrimaryColumn('text') key: string;
  @Column('uuid', { name: 'tenant_id' }) tenantId: string;
  @Column('uuid', { name: 'import_id' }) importId: string;
  /** The create it was made for; with that, or its import, it ends. */
  @Column('uuid', { name: 'change_id' }) changeId: string;
  /** Written by earlier versions only. */
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
}
