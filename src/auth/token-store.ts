import { type DataSource, IsNull, type EntityManager } from 'typeorm';
import { ApiToken, PsaInstance, type Role } from '../../entities/index.js';
import { prepared } from '../database/prepared.js';
import type { Caller } from './caller.js';
import { hashOf, randomSecret } from './random-secret.js';

/** What a token is made with. */
export interface NewToken {
  role: Role;
  /** Null for an owner and only for one. */
  psaInstanceId: string | null;
  name: string;
  expiresAt?: Date | null;
}

const FORM = /^isth_[\w-]{43}$/;

type Found = Pick<ApiToken, 'id' | 'psaInstanceId' | 'role' | 'name' | 'createdAt' | 'expiresAt'> & { noted: boolean };

/** Each request makes it. */
const FIND = prepared(
  'find_token',
  `SELECT id, psa_instance_id AS "psaInstanceId", role, name, created_at AS "createdAt", expires_at AS "expiresAt",
     coalesce(last_used_at > now() - interval '1 minute', false) AS noted
   FROM api_tokens WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
     AND (psa_instance_id IS NULL OR EXISTS (SELECT FROM psa_instances i WHERE i.id = api_tokens.psa_instance_id AND i.archived_at IS NULL))`,
);

/** API tokens in the database. Of a token itself only the SHA-256 is kept. */
export class TokenStore {
  constructor(private readonly database: DataSource | { manager: EntityManager }) {}

  /** Makes a token. Its value is in the answer and nowhere else. */
  async create(wanted: NewToken): Promise<{ token: string; record: ApiToken }> {
    const token = `isth_${randomSecret()}`;
    const { role, psaInstanceId, name, expiresAt = null } = wanted;
    const record = await this.database.manager.save(
      ApiToken,
      this.database.manager.create(ApiToken, {
        role,
        psaInstanceId,
        name,
        expiresAt,
        tokenHash: hashOf(token),
        lastUsedAt: null,
        revokedAt: null,
      }),
    );
    return { token, record };
  }

  /** Who a token belongs to; null when it is unknown, revoked or has expired, or its PSA instance is gone. Notes its use, at most once a minute. */
  async verify(token: string): Promise<Caller | null> {
    if (!FORM.test(token)) return null;
    const [record] = await this.database.manager.query<Found[]>(FIND, [hashOf(token)]);
    if (!record) return null;
    if (!record.noted) await this.database.manager.query(`UPDATE api_tokens SET last_used_at = now() WHERE id = $1`, [record.id]);
    return {
      via: 'token',
      id: record.id,
      name: record.name || `token ${record.id}`,
      role: record.role,
      psaInstanceId: record.psaInstanceId,
      agentId: null,
      sensitive: true,
      startedAt: record.createdAt,
      expiresAt: record.expiresAt,
      endsAt: record.expiresAt,
    };
  }

  /** Tokens that are not revoked, newest first, and how many there are. */
  list(where: { psaInstanceId?: string }, part: { offset: number; limit: number }): Promise<[ApiToken[], number]> {
    return this.database.manager.findAndCount(ApiToken, {
      where: { ...where, revokedAt: IsNull() },
      order: { createdAt: 'DESC', id: 'ASC' },
      skip: part.offset,
      take: part.limit,
    });
  }

  /** Whether there is a PSA instance that a token can be for. */
  instanceExists(psaInstanceId: string): Promise<boolean> {
    return this.database.manager.existsBy(PsaInstance, { id: psaInstanceId, archivedAt: IsNull() });
  }

  /** Makes a token useless from now on: whether there is one of that id (within that PSA instance, if one is given), and it, if this ended it. */
  async revoke(id: string, where: { psaInstanceId?: string } = {}): Promise<{ found: boolean; revoked?: ApiToken }> {
    const token = await this.database.manager.findOneBy(ApiToken, { id, ...where });
    if (!token) return { found: false };
    const { affected } = await this.database.manager
      .createQueryBuilder()
      .update(ApiToken)
      .set({ revokedAt: () => 'now()' })
      .where('id = :id AND revoked_at IS NULL', { id })
      .execute();
    return affected === 1 ? { found: true, revoked: token } : { found: true };
  }
}
