import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A page of a list: its name, a digest of its records' digests, and their ids with spaces between them, both in the page's order. */
export type ShownPage = [name: string, print: string, ids: string];

/** What the pages of each list held at the last look; of which version of Isthmus, is in their names. Unlogged. */
@Entity('shown_pages')
export class ShownPages {
  @PrimaryColumn('uuid', { name: 'tenant_id', primaryKeyConstraintName: 'PK_shown_pages' }) tenantId: string;
  @Column('jsonb', { nullable: true }) customers: ShownPage[] | null;
  @Column('jsonb', { nullable: true }) subscriptions: ShownPage[] | null;
  @Column('jsonb', { name: 'psa_clients', nullable: true }) clients: ShownPage[] | null;
  @Column('jsonb', { name: 'psa_sites', nullable: true }) sites: ShownPage[] | null;
  @Column('jsonb', { name: 'psa_licences', nullable: true }) licences: ShownPage[] | null;
}
