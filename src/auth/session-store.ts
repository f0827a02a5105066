import type { DataSource, EntityManager } from 'typeorm';
import { Session, type Role } from '../../entities/index.js';
import type { Caller } from './caller.js';
import { hashOf, randomSecret } from './random-secret.js';

/** How long a session lasts unused, in minutes. */
export const IDLE_MINUTES = 15;

/** How long it lasts at most, in hours. From Halo one comes back with a click, and whoever leaves there should not stay here. */
export const AGE_HOURS = { link: 12, embed: 2 };

/** Uses that follow each other more closely are not noted one by one, in seconds. */
const NOTED_EVERY_SECONDS = 10;

const FORM = /^[\w-]{43}$/;

/** Who a session is for. */
export type NewSession = { via: 'link'; name: string } | { via: 'embed'; name: string; psaInstanceId: string; agentId: string };

/** A session as it was found: who it lets act, and where it may be shown within another page. */
export interface Found {
  caller: Caller;
  /** The address of the HaloPSA that shows it in a frame; null for none. */
  baseUrl: string | null;
}

interface Row {
  id: string;
  via: 'link' | 'embed';
  psa_instance_id: string | null;
  agent_id: string | null;
  name: string;
  role: Role | null;
  base_url: string | null;
  started_at: Date;
  expires_at: Date;
  ends_at: Date;
  noted: boolean;
}

/** Whether a session may still be used: not ended, neither idle nor old, and its PSA instance is there. By the database's clock. */
const OPEN = `s.ended_at IS NULL AND s.ends_at > now() AND s.seen_at > now() - interval '${IDLE_MINUTES} minutes'
  AND (s.psa_instance_id IS NULL OR i.archived_at IS NULL)`;

/** Sessions in the database. Of what the cookie holds only the SHA-256 is kept. */
export class SessionStore {
  constructor(private readonly database: DataSource | { manager: EntityManager }) {}

  /** Begins a session. The answer's `value` is for the cookie and is nowhere else. */
  async begin(wanted: NewSession): Promise<{ value: string; id: string }> {
    const { manager } = this.database;
    const value = randomSecret();
    const { via, name } = wanted;
    const [row] = await manager.query<{ id: string }[]>(
      `INSERT INTO sessions (session_hash, via, psa_instance_id, agent_id, name, ends_at)
       VALUES ($1, $2, $3, $4, $5, now() + make_interval(hours => $6)) RETURNING id`,
      [
        hashOf(value),
        via,
        via === 'embed' ? wanted.psaInstanceId : null,
        via === 'embed' ? wanted.agentId : null,
        name.slice(0, 200),
        AGE_HOURS[via],
      ],
    );
    return { value, id: row?.id ?? '' };
  }

  /** Who a cookie's value belongs to, with the role they have now; null when the session is unknown or over. Notes its use. */
  async verify(value: string): Promise<Found | null> {
    if (!FORM.test(value)) return null;
    const [row] = await this.database.manager.query<Row[]>(
      `SELECT s.id, s.via, s.psa_instance_id, s.agent_id, s.name, a.role, i.base_url, s.started_at, s.ends_at,
              least(now() + interval '${IDLE_MINUTES} minutes', s.ends_at) AS expires_at,
              s.seen_at > now() - interval '${NOTED_EVERY_SECONDS} seconds' AS noted
         FROM sessions s
         LEFT JOIN psa_instances i ON i.id = s.psa_instance_id
         LEFT JOIN agents a ON a.psa_instance_id = s.psa_instance_id AND a.agent_id = s.agent_id
        WHERE s.session_hash = $1 AND ${OPEN}`,
      [hashOf(value)],
    );
    if (!row) return null;
    if (!row.noted) await this.database.manager.query(`UPDATE sessions SET seen_at = now() WHERE id = $1`, [row.id]);
    return { caller: callerOf(row), baseUrl: row.base_url };
  }

  /** Sessions that go on, newest first, and how many there are. */
  async list(where: { psaInstanceId?: string }, part: { offset: number; limit: number }): Promise<[OpenSession[], number]> {
    const { psaInstanceId = null } = where;
    const which = `FROM sessions s
         LEFT JOIN psa_instances i ON i.id = s.psa_instance_id
         LEFT JOIN agents a ON a.psa_instance_id = s.psa_instance_id AND a.agent_id = s.agent_id
        WHERE ($1::uuid IS NULL OR s.psa_instance_id = $1) AND ${OPEN}`;
    const rows = await this.database.manager.query<(Row & { seen_at: Date })[]>(
      `SELECT s.id, s.via, s.psa_instance_id, s.agent_id, s.name, a.role, s.started_at, s.seen_at, s.ends_at,
              least(s.seen_at + interval '${IDLE_MINUTES} minutes', s.ends_at) AS expires_at
         ${which} ORDER BY s.started_at DESC, s.id OFFSET $2 LIMIT $3`,
      [psaInstanceId, part.offset, part.limit],
    );
    const [all] = await this.database.manager.query<{ total: number }[]>(`SELECT count(*)::int AS total ${which}`, [psaInstanceId]);
    return [rows.map((row) => ({ ...callerOf(row), seenAt: row.seen_at })), all?.total ?? 0];
  }

  /** Ends the session of a cookie's value, whoever's it is. */
  async endByValue(value: string): Promise<void> {
    if (!FORM.test(value)) return;
    await this.database.manager.query(`UPDATE sessions SET ended_at = now() WHERE session_hash = $1 AND ended_at IS NULL`, [hashOf(value)]);
  }

  /** Ends a session. False when there is none of that id (within that PSA instance, if one is given). */
  async end(id: string, where: { psaInstanceId?: string } = {}): Promise<boolean> {
    const { manager } = this.database;
    if (!(await manager.existsBy(Session, { id, ...where }))) return false;
    await manager
      .createQueryBuilder()
      .update(Session)
      .set({ endedAt: () => 'now()' })
      .where('id = :id AND ended_at IS NULL', { id })
      .execute();
    return true;
  }

  /** Ends all sessions that came in from the HaloPSA of a PSA instance. */
  async endOfInstance(psaInstanceId: string): Promise<void> {
    await this.database.manager.query(`UPDATE sessions SET ended_at = now() WHERE psa_instance_id = $1 AND ended_at IS NULL`, [
      psaInstanceId,
    ]);
  }

  /** Ends all sessions of an agent. */
  async endOfAgent(psaInstanceId: string, agentId: string): Promise<void> {
    await this.database.manager.query(
      `UPDATE sessions SET ended_at = now() WHERE psa_instance_id = $1 AND agent_id = $2 AND ended_at IS NULL`,
      [psaInstanceId, agentId],
    );
  }
}

/** A session in a list, with its last use. */
export type OpenSession = Caller & { seenAt: Date };

function callerOf(row: Row): Caller {
  return {
    via: row.via,
    id: row.id,
    name: row.name,
    // Whoever holds the command line made the link. An agent has what is granted at this moment.
    role: row.via === 'link' ? 'owner' : (row.role ?? 'viewer'),
    psaInstanceId: row.psa_instance_id,
    agentId: row.agent_id,
    sensitive: row.via === 'link',
    startedAt: row.started_at,
    expiresAt: row.expires_at,
    endsAt: row.ends_at,
  };
}
