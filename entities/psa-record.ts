import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/*
 * What the last look of a tenant's imports showed of its PSA. Nobody but the import that looked may rely on it: others look themselves.
 */

/** A client as the PSA showed it. */
@Entity('psa_clients')
@Index('psa_clients_ref', ['tenantId', 'ref'], { where: '"ref" IS NOT NULL' })
@Index('psa_clients_exact_name', ['tenantId', 'exactName'])
@Index('psa_clients_loose_name', ['tenantId', 'looseName'])
export class PsaClientRecord {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'PK_psa_clients' }) tenantId: string;
  @PrimaryColumn('varchar', { name: 'client_id', length: 32, primaryKeyConstraintName: 'PK_psa_clients' }) clientId: string;
  /** One of Isthmus's keys; null for anything else. */
  @Column('varchar', { length: 200, nullable: true }) ref: string | null;
  /** Digests of the forms in which names are exactly the same, and alike. */
  @Column('varchar', { name: 'exact_name', length: 43 }) exactName: string;
  @Column('varchar', { name: 'loose_name', length: 43 }) looseName: string;
  @Column('varchar', { length: 43 }) digest: string;
  /** In domain words. */
  @Column('jsonb') record: object;
}

/** A site as the PSA showed it. */
@Entity('psa_sites')
@Index('psa_sites_client', ['tenantId', 'clientId'])
export class PsaSiteRecord {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'PK_psa_sites' }) tenantId: string;
  @PrimaryColumn('varchar', { name: 'site_id', length: 32, primaryKeyConstraintName: 'PK_psa_sites' }) siteId: string;
  @Column('varchar', { name: 'client_id', length: 32 }) clientId: string;
  @Column('varchar', { length: 43 }) digest: string;
  @Column('jsonb') record: object;
}

/** A licence as the PSA showed it. */
@Entity('psa_licences')
@Index('psa_licences_client', ['tenantId', 'clientId'])
@Index('psa_licences_key', ['tenantId', 'keyOf'], { where: '"key_of" IS NOT NULL' })
export class PsaLicenceRecord {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'PK_psa_licences' }) tenantId: string;
  @PrimaryColumn('varchar', { name: 'licence_id', length: 32, primaryKeyConstraintName: 'PK_psa_licences' }) licenceId: string;
  @Column('varchar', { name: 'client_id', length: 32 }) clientId: string;
  /** The subscription that its key, one of this marketplace, names. */
  @Column('varchar', { name: 'key_of', length: 64, nullable: true }) keyOf: string | null;
  @Column('varchar', { length: 43 }) digest: string;
  @Column('jsonb') record: object;
}
