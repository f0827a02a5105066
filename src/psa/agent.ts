import * as read from './read.js';
import type { WireRecord } from './wire.js';

/** Somebody who works in HaloPSA. */
export interface Agent {
  agentId: string;
  name: string;
  /** Whether they may sign in to HaloPSA. */
  active: boolean;
}

/** An agent of Halo, or why it cannot be used. Source: `Uname` of Halo's OpenAPI document. */
export function agentFromWire(row: WireRecord): Agent | { reason: string } {
  const agentId = read.id(row['id']);
  if (agentId === undefined) return { reason: 'The agent has no id.' };
  const disabled = read.flag(row['isdisabled']);
  // Taken for active, somebody who left would come in.
  if (disabled === undefined) return { reason: 'The agent does not say whether it is disabled.' };
  return { agentId, name: read.name(row['name']) ?? `agent ${agentId}`, active: !disabled };
}
