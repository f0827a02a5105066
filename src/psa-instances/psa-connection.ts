import type { PsaInstance } from '../../entities/index.js';
import { psaSettings } from '../connect.js';
import { egressPolicy, type EgressPolicy } from '../egress/index.js';
import { PsaClient, type PsaDeps, verifyPsa, type Verification } from '../psa/index.js';
import type { Services } from '../services.js';
import { SharedBudget } from './budget/shared-budget.js';

/** A person does not wait longer than this for others' calls, in milliseconds. */
const LONGEST_WAIT_MS = 30_000;

type Needed = Pick<Services, 'config' | 'dataSource' | 'sealer' | 'logger'>;

/** Where HaloPSA may be: any public https address, and what the configuration allows besides. */
export function psaPolicy(services: Pick<Services, 'config'>): EgressPolicy {
  return egressPolicy({ allow: services.config.egressAllow });
}

/** A person waits for the answer, so it is given up sooner than an import would. */
function impatient(services: Needed, instance: PsaInstance): PsaDeps {
  const { dataSource, logger } = services;
  return {
    policy: psaPolicy(services),
    budget: new SharedBudget({ dataSource, psaInstanceId: instance.id, logger, longestWaitMs: LONGEST_WAIT_MS }),
    logger,
    retry: { attempts: 2 },
    timeouts: { read: 30_000 },
  };
}

/** Asks a PSA instance something, and closes its connections after. @throws UpstreamError when it cannot be read. */
export async function askPsa<T>(services: Needed, instance: PsaInstance, question: (psa: PsaClient) => Promise<T>): Promise<T> {
  const client = new PsaClient(await psaSettings(services.sealer, instance), impatient(services, instance));
  try {
    return await question(client);
  } finally {
    client.close();
  }
}

/** Checks each thing that imports into it need. */
export async function checkPsa(services: Needed, instance: PsaInstance): Promise<Verification> {
  const alerts = instance.alertTicketTypeId !== null && instance.alertClientId !== null;
  return verifyPsa(await psaSettings(services.sealer, instance), impatient(services, instance), { alerts });
}
