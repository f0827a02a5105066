import type { DataSource, EntityManager } from 'typeorm';
import { Agent } from '../../entities/index.js';

/** The roles that an agent of Halo can have. */
export type AgentRole = Agent['role'];

/** Agents of Halo: those who came in, and those to whom a role was granted. */
export class AgentStore {
  constructor(private readonly database: DataSource | { manager: EntityManager }) {}

  /** Notes that an agent came in. A new one is a viewer. */
  async came(psaInstanceId: string, agentId: string, name: string): Promise<void> {
    await this.database.manager.query(
      `INSERT INTO agents (psa_instance_id, agent_id, name, signed_in_at) VALUES ($1, $2, $3, now())
       ON CONFLICT (psa_instance_id, agent_id) DO UPDATE SET name = excluded.name, signed_in_at = excluded.signed_in_at`,
      [psaInstanceId, agentId, name.slice(0, 200)],
    );
  }

  /** By name, and how many there are. Those of PSA instances that are gone are left out. */
  async list(where: { psaInstanceId?: string }, part: { offset: number; limit: number }): Promise<[Agent[], number]> {
    const found = this.database.manager
      .createQueryBuilder(Agent, 'agent')
      .where('EXISTS (SELECT FROM psa_instances i WHERE i.id = agent.psaInstanceId AND i.archived_at IS NULL)');
    if (where.psaInstanceId !== undefined) found.andWhere('agent.psaInstanceId = :psaInstanceId', where);
    return found
      .orderBy('agent.name')
      .addOrderBy('agent.psaInstanceId')
      .addOrderBy('agent.agentId')
      .skip(part.offset)
      .take(part.limit)
      .getManyAndCount();
  }

  /** Held, it stays as it is until the transaction ends. */
  one(psaInstanceId: string, agentId: string, hold = false): Promise<Agent | null> {
    const where = { psaInstanceId, agentId };
    return this.database.manager.findOne(Agent, { where, ...(hold ? { lock: { mode: 'pessimistic_write' as const } } : {}) });
  }

  /** Gives an agent a role in place of the one they had; it holds from their next call on. */
  async grant(psaInstanceId: string, agent: { agentId: string; name: string }, role: AgentRole, grantedBy: string): Promise<Agent> {
    await this.database.manager.query(
      `INSERT INTO agents (psa_instance_id, agent_id, name, role, granted_by, granted_at) VALUES ($1, $2, $3, $4, $5, now())
       ON CONFLICT (psa_instance_id, agent_id) DO UPDATE
       SET name = excluded.name, role = excluded.role, granted_by = excluded.granted_by, granted_at = excluded.granted_at`,
      [psaInstanceId, agent.agentId, agent.name.slice(0, 200), role, grantedBy.slice(0, 200)],
    );
    return this.database.manager.findOneByOrFail(Agent, { psaInstanceId, agentId: agent.agentId });
  }
}
