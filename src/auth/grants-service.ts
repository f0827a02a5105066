import type { Agent, PsaInstance } from '../../entities/index.js';
import { Invalid, Unprocessable } from '../http/problem.js';
import type { PageQuery } from '../http/page.js';
import { askPsa } from '../psa-instances/psa-connection.js';
import type { Services } from '../services.js';
import { psaInstanceOf } from '../tenants/tenant-access.js';
import type { GrantRole } from './agent-dto.js';
import { AgentStore } from './agent-store.js';
import { actorOf } from './audit/actor.js';
import { recordChange } from './audit/record.js';
import { type Caller, requireSight, withinSight } from './caller.js';

const WHAT = 'That PSA instance';

/** What agents of Halo may do here. */
export class GrantsService {
  private readonly agents: AgentStore;

  constructor(private readonly services: Services) {
    this.agents = new AgentStore(services.dataSource);
  }

  /** @throws NotFound for a PSA instance that the caller does not see. */
  list(caller: Caller, { psaInstanceId, ...part }: PageQuery & { psaInstanceId?: string }): Promise<[Agent[], number]> {
    if (psaInstanceId === undefined) return this.agents.list(withinSight(caller), part);
    requireSight(caller, psaInstanceId, WHAT);
    return this.agents.list({ psaInstanceId }, part);
  }

  /**
   * Gives an agent a role. Whoever is to have more than others is looked up in Halo first: a role is for somebody who is there.
   * @throws Unprocessable for one who is not there or may not sign in, UpstreamError when Halo cannot be asked.
   */
  async grant(caller: Caller, wanted: GrantRole): Promise<Agent> {
    const psaInstanceId = wanted.psaInstanceId ?? caller.psaInstanceId;
    if (psaInstanceId === null)
      throw new Invalid([{ pointer: '/psaInstanceId', message: 'psaInstanceId is needed: an owner sees more than one' }]);
    requireSight(caller, psaInstanceId, WHAT);
    const instance = await psaInstanceOf(this.services.dataSource.manager, psaInstanceId);
    const known = wanted.role === 'viewer' ? await this.agents.one(psaInstanceId, wanted.agentId) : null;
    const agent = known ?? (await this.activeAgent(instance, wanted.agentId));
    return this.services.dataSource.transaction(async (manager) => {
      const agents = new AgentStore({ manager });
      const before = { role: (await agents.one(psaInstanceId, wanted.agentId, true))?.role ?? 'viewer' };
      const done = { action: 'grant', entity: 'agent', entityId: wanted.agentId, psaInstanceId } as const;
      await recordChange(manager, actorOf(caller), done, before, { role: wanted.role });
      return agents.grant(psaInstanceId, agent, wanted.role, caller.name);
    });
  }

  private async activeAgent(instance: PsaInstance, agentId: string): Promise<{ agentId: string; name: string }> {
    const agent = await askPsa(this.services, instance, (psa) => psa.agent(agentId));
    if (!agent) throw new Unprocessable(`HaloPSA has no agent ${agentId}.`);
    if (!agent.active) throw new Unprocessable(`The agent ${agent.name} is disabled in HaloPSA.`);
    return agent;
  }
}
