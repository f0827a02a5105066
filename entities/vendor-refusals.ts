import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many calls of a tenant's imports a vendor refused because there were too many (429), since the tenant was made. */
@Entity('vendor_refusals')
export class VendorRefusals {
  @PrimaryColumn('uuid', { name: 'tenant_id' }) tenantId: string;
  @PrimaryColumn('varchar', { length: 12 }) vendor: 'marketplace' | 'psa';
  @Column('bigint') refused: string;
}
