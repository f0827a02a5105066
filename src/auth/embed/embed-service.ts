import { type EntityManager, IsNull } from 'typeorm';
import { PsaInstance } from '../../../entities/index.js';
import { UpstreamError } from '../../egress/index.js';
import { askPsa } from '../../psa-instances/psa-connection.js';
import type { PsaClient } from '../../psa/index.js';
import type { Services } from '../../services.js';
import { AgentStore } from '../agent-store.js';
import { beginSession } from '../begin-session.js';
import { SessionStore } from '../session-store.js';
import { SignInThrottle } from '../sign-in-throttle.js';
import { clientOfArea } from './client-of-area.js';
import { signatureHolds } from './signature.js';
import { readTabQuery, type TabQuery } from './tab-query.js';

/** What a browser brought along. */
export interface Arrival {
  psaInstanceId: string;
  /** As it came. */
  rawQuery: string;
  address: string;
  /** What its session's cookies hold. */
  before: string[];
}

/** Why nobody came in, for the person in front of the tab and for the log. */
export interface Refused {
  refused: 'invalid' | 'throttled' | 'unknown_agent' | 'disabled_agent' | 'halo';
  /** Of the HaloPSA whose tab it is, where one is known. */
  baseUrl: string | null;
  retryAfterSeconds?: number;
  /** What Halo's trouble is. */
  detail?: string;
}

export interface CameIn {
  /** For the cookie. */
  value: string;
  agentId: string;
  /** The client that the tab was opened at; null when it names none, or more than one. */
  clientId: string | null;
}

/** Letting agents in from Halo's tab: what it signed is exchanged at once for a session, after asking Halo who that is. */
export class EmbedService {
  constructor(private readonly services: Services) {}

  async arrive(arrival: Arrival): Promise<CameIn | Refused> {
    const { dataSource, sealer } = this.services;
    const instance = await dataSource.manager.findOneBy(PsaInstance, { id: arrival.psaInstanceId, archivedAt: IsNull() });
    const baseUrl = instance?.baseUrl ?? null;
    const query = readTabQuery(arrival.rawQuery);
    const throttle = new SignInThrottle(dataSource);
    // An account is worth counting only where one may be: else strangers would fill the table.
    const account = instance && query && isAgentId(query.agentId) ? `${instance.id} ${query.agentId}` : undefined;
    const wait = await throttle.count(arrival.address, account);
    if (wait > 0) return { refused: 'throttled', baseUrl, retryAfterSeconds: wait };
    if (!instance || !query || account === undefined || instance.iframeSecret === null) return { refused: 'invalid', baseUrl };
    const secret = await sealer.open(instance.iframeSecret, { table: 'psa_instances', column: 'iframe_secret', row: instance.id });
    if (!signatureHolds(secret, query.agentId, query.hmac)) return { refused: 'invalid', baseUrl };
    const pause = await throttle.good(arrival.address, account);
    if (pause > 0) return { refused: 'throttled', baseUrl, retryAfterSeconds: pause };
    try {
      return await askPsa(this.services, instance, (psa) => this.comeIn(instance, query, arrival.before, psa));
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return { refused: 'halo', baseUrl, detail: error.detail };
    }
  }

  private async comeIn(instance: PsaInstance, { agentId, areas }: TabQuery, before: string[], psa: PsaClient): Promise<CameIn | Refused> {
    const { dataSource } = this.services;
    const agent = await psa.agent(agentId);
    if (!agent?.active) {
      await new SessionStore(dataSource).endOfAgent(instance.id, agentId);
      return { refused: agent ? 'disabled_agent' : 'unknown_agent', baseUrl: instance.baseUrl };
    }
    const clientId = await clientOfArea(psa, areas);
    const value = await dataSource.transaction(async (manager) => {
      // Asking Halo took its time: whoever set another secret meanwhile ended the sessions that there were.
      if (!(await holdSecret(manager, instance))) return undefined;
      await new AgentStore({ manager }).came(instance.id, agentId, agent.name);
      return beginSession(manager, { via: 'embed', name: agent.name, psaInstanceId: instance.id, agentId }, before);
    });
    return value === undefined ? { refused: 'invalid', baseUrl: instance.baseUrl } : { value, agentId, clientId };
  }
}

/** Keeps the tab's secret as it was read until the transaction ends. False when it is another by now. */
async function holdSecret(manager: EntityManager, { id, iframeSecret }: PsaInstance): Promise<boolean> {
  const held = `SELECT 1 FROM psa_instances WHERE id = $1 AND iframe_secret = $2 AND archived_at IS NULL FOR SHARE`;
  return (await manager.query<unknown[]>(held, [id, iframeSecret])).length > 0;
}

/** As Halo writes it. Anything else would be another text of the same number, or a variable that was not filled in. */
function isAgentId(text: string): boolean {
  return /^[1-9]\d{0,9}$/.test(text);
}
