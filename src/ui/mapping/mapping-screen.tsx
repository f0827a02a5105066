import { useQuery } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'wouter';
import { Screen } from '../shell/screen.js';
import { Read } from '../states/read.js';
import { tenantQuery } from '../tenant/queries.js';
import { MappingTable } from './mapping-table.js';

/** Which client each customer of a tenant is. */
export default function MappingScreen() {
  const { id = '' } = useParams();
  const [wanted] = useSearchParams();
  const tenant = useQuery(tenantQuery(id));
  return (
    <Screen
      title="Mapping"
      about="Says which client in HaloPSA each customer of the marketplace is. Nothing is written to HaloPSA here: the next import goes by it."
      trail={[
        { label: 'Tenants', to: '/tenants' },
        { label: tenant.data?.name ?? 'Tenant', to: `/tenants/${id}` },
      ]}
    >
      <Read query={tenant}>{(found) => <MappingTable tenant={found} customerId={wanted.get('customer') ?? ''} />}</Read>
    </Screen>
  );
}
