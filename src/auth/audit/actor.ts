import { userInfo } from 'node:os';
import type { ActorKind } from '../../../entities/index.js';
import type { Caller } from '../caller.js';

/** Whoever does something, as the audit trail and the records of imports name them. */
export interface Actor {
  kind: ActorKind;
  id: string | null;
  name: string;
}

/** The daily schedule, which acts by itself. */
export const INTEGRATOR: Actor = { kind: 'integrator', id: null, name: 'integrator' };

/** Who is behind a request: a token, or a person, by the id that Halo knows them by if they came in from there. */
export function actorOf({ via, id, name, agentId }: Caller): Actor {
  return { kind: via === 'token' ? 'token' : 'person', id: agentId ?? id, name };
}

/** Whoever runs a command, by the name the machine knows them by. */
export function commandLine(): Actor {
  return { kind: 'command_line', id: null, name: nameOnMachine() };
}

/** A container may run as a user that has no name. */
function nameOnMachine(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
