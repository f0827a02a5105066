import type { Role } from '../../entities/index.js';

/** What may be known of a world for the bodies of calls. */
export interface Ids {
  psaInstanceId: string;
  tenantId: string;
  marketplace: object;
  psa: object;
}

/** Who may call a route. */
export interface Rule {
  /** This role and those above it. */
  least: Role;
  /** For sessions that came in from Halo: as their role allows, not at all, or without these fields of the body. */
  fromHalo: 'open' | 'closed' | readonly string[];
  /** A body that would be taken, naming things of that world. */
  body?: (ids: Ids) => object;
}

const SEE: Rule = { least: 'viewer', fromHalo: 'open' };
const WORK: Rule = { least: 'operator', fromHalo: 'open' };
const CHECK: Rule = { least: 'admin', fromHalo: 'open' };
const KEYS: Rule = { least: 'admin', fromHalo: 'closed' };

const PSA_KEYS = ['baseUrl', 'authUrl', 'haloTenant', 'clientId', 'clientSecret', 'iframeSecret'];
const ACCOUNT_KEYS = ['apiUrl', 'marketplace', 'username', 'password', 'subscriptionKey', 'applicationId', 'accountId'];

/** Every route of the API by who may call it. A route that is not here fails the test that walks them. */
export const ACCESS: Record<string, Rule> = {
  'GET /session': SEE,
  'DELETE /session': SEE,
  'GET /sessions': KEYS,
  'DELETE /sessions/{id}': KEYS,
  'GET /agents': KEYS,
  'PUT /agents': { ...KEYS, body: ({ psaInstanceId }) => ({ psaInstanceId, agentId: '3', role: 'viewer' }) },
  'GET /audit': CHECK,
  'GET /tokens': KEYS,
  'POST /tokens': { ...KEYS, body: ({ psaInstanceId }) => ({ psaInstanceId, name: 'n', role: 'viewer' }) },
  'DELETE /tokens/{id}': KEYS,

  'GET /psa-instances': SEE,
  'POST /psa-instances': { least: 'owner', fromHalo: 'closed', body: ({ psa }) => ({ name: 'n', ...psa }) },
  'GET /psa-instances/{id}': SEE,
  'PATCH /psa-instances/{id}': { least: 'admin', fromHalo: PSA_KEYS, body: () => ({ name: 'n' }) },
  'DELETE /psa-instances/{id}': KEYS,
  'POST /psa-instances/{id}/verify': CHECK,
  'POST /psa-instances/{id}/webhook-secret': KEYS,
  'GET /psa-instances/{id}/webhook-deliveries': CHECK,
  'GET /psa-instances/{id}/top-levels': SEE,
  'GET /psa-instances/{id}/clients': SEE,

  'GET /marketplaces': SEE,
  'GET /tenants': SEE,
  'POST /tenants': { ...KEYS, body: ({ psaInstanceId, marketplace }) => ({ psaInstanceId, name: 'n', ...marketplace }) },
  'POST /tenants/verify': { ...KEYS, body: ({ marketplace }) => marketplace },
  'GET /tenants/{id}': SEE,
  'PATCH /tenants/{id}': { least: 'admin', fromHalo: ACCOUNT_KEYS, body: () => ({ name: 'n' }) },
  'DELETE /tenants/{id}': KEYS,
  'POST /tenants/{id}/verify': CHECK,

  'GET /tenants/{id}/customers': SEE,
  'POST /tenants/{id}/mappings': { ...WORK, body: () => ({ customerId: 'c1', ignored: true }) },
  'POST /tenants/{id}/mappings/generate': WORK,
  'POST /tenants/{id}/mappings/several': { ...WORK, body: () => ({ customerIds: ['c1'], createClient: true }) },
  'POST /tenants/{id}/mappings/take-back': { ...WORK, body: () => ({ mappingIds: ['0b7ff7b4-0f0c-4b4d-8a2a-111111111111'] }) },
  'PATCH /mappings/{id}': { ...WORK, body: () => ({ note: 'n' }) },
  'DELETE /mappings/{id}': WORK,
  'GET /subscriptions': SEE,
  'GET /subscriptions/csv': SEE,
  'GET /tenants/{id}/subscriptions': SEE,
  'GET /tenants/{id}/subscriptions/history': SEE,
  'GET /links/{id}/licence': SEE,
  'POST /tenants/{id}/links': { ...WORK, body: () => ({ subscriptionId: 's1', createAnyway: true }) },

  'POST /tenants/{id}/imports': { ...WORK, body: () => ({ entities: ['customers'] }) },
  'GET /imports': SEE,
  'GET /imports/{id}': SEE,
  'GET /imports/{id}/changes': SEE,
  'GET /imports/{id}/skips': SEE,
  'GET /imports/{id}/skip-reasons': SEE,
  'POST /imports/{id}/cancel': WORK,
  'POST /imports/{id}/approve': { ...WORK, body: () => ({ digest: 'a'.repeat(64) }) },
  'POST /imports/{id}/discard': WORK,

  'POST /tenants/{id}/pause': { ...WORK, body: () => ({}) },
  'POST /tenants/{id}/resume': WORK,
  'POST /tenants/{id}/integrator/run': WORK,
  'GET /tenants/{id}/integrator/runs': SEE,
};
