import { IsIn, IsISO8601, IsString } from 'class-validator';
import type { Agent } from '../../entities/index.js';
import { Nullable, UuidField } from '../http/dto.js';
import { MayBeAbsent, PsaId } from '../http/fields.js';
import { PageQuery } from '../http/page.js';
import type { AgentRole } from './agent-store.js';

const ROLES: AgentRole[] = ['admin', 'operator', 'viewer'];

export class AgentsQuery extends PageQuery {
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
}

export class GrantRole {
  /** An owner must name it; for others it is their own. */
  @MayBeAbsent() @UuidField() psaInstanceId?: string;
  /** Halo's id of the agent. */
  @PsaId() agentId: string;
  /** `viewer` takes back what was granted. */
  @IsIn(ROLES) role: AgentRole;
}

/** An agent of Halo, and what they may do here. */
export class AgentView {
  @UuidField() psaInstanceId: string;
  @IsString() agentId: string;
  @IsString() name: string;
  @IsIn(ROLES) role: AgentRole;
  /** Null for those who are viewers because nobody said otherwise. */
  @Nullable() @IsString() grantedBy: string | null;
  @Nullable() @IsISO8601() grantedAt: string | null;
  /** When they last came in from Halo. */
  @Nullable() @IsISO8601() signedInAt: string | null;
}

export function viewOfAgent(agent: Agent): Pick<AgentView, keyof AgentView> {
  const { psaInstanceId, agentId, name, role, grantedBy } = agent;
  const [grantedAt, signedInAt] = [agent.grantedAt?.toISOString() ?? null, agent.signedInAt?.toISOString() ?? null];
  return { psaInstanceId, agentId, name, role, grantedBy, grantedAt, signedInAt };
}
