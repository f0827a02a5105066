import type { Import } from '../../entities/index.js';

/** An import, as a record of the audit trail. */
export function namedImport({ id, psaInstanceId }: Pick<Import, 'id' | 'psaInstanceId'>): {
  entity: 'import';
  entityId: string;
  psaInstanceId: string;
} {
  return { entity: 'import', entityId: id, psaInstanceId };
}

type Asked = Pick<Import, 'tenantId' | 'entities' | 'trigger'> & Partial<Pick<Import, 'customerId' | 'clientId' | 'preview' | 'slot'>>;

/** What an import was asked to do. */
export function askedFor({ tenantId, entities, trigger, customerId = null, clientId = null, preview = false, slot = null }: Asked): object {
  return { tenantId, entities, trigger, customerId, clientId, preview, slot };
}
