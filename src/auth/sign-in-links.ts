import type { DataSource, EntityManager } from 'typeorm';
import { commandLine } from './audit/actor.js';
import { record } from './audit/record.js';
import { hashOf, randomSecret } from './random-secret.js';

/** How long a link may be used, in minutes. */
export const LINK_MINUTES = 15;

/** There are neither tokens nor sessions, and no link that is still good. */
const NOBODY_CAN_COME_IN = `NOT EXISTS (SELECT FROM api_tokens) AND NOT EXISTS (SELECT FROM sessions)
  AND NOT EXISTS (SELECT FROM sign_in_links WHERE used_at IS NULL AND expires_at > now())`;

const FORM = /^[\w-]{43}$/;

/** One-time links that let somebody in as an owner: whoever may run commands where Isthmus runs may do all there is anyway. */
export class SignInLinks {
  constructor(private readonly database: DataSource | { manager: EntityManager }) {}

  /** Makes a link that works once, within 15 minutes. @param publicUrl The service's address, without a slash at its end. */
  async create(publicUrl: string): Promise<string> {
    const link = await this.insert(publicUrl, 'true');
    if (link === null) throw new Error('The database did not keep the sign-in link. Try again.');
    return link;
  }

  /** The first one: null when somebody could come in already, because there are tokens, sessions or a link that is still good. */
  async createFirst(publicUrl: string): Promise<string | null> {
    return this.insert(publicUrl, NOBODY_CAN_COME_IN);
  }

  /** Makes a link and notes it, if a condition holds. */
  private insert(publicUrl: string, condition: string): Promise<string | null> {
    const token = randomSecret();
    return this.database.manager.transaction(async (manager) => {
      const [made] = await manager.query<{ id: string }[]>(
        `INSERT INTO sign_in_links (token_hash, expires_at)
         SELECT $1, now() + interval '${LINK_MINUTES} minutes' WHERE ${condition} RETURNING id`,
        [hashOf(token)],
      );
      if (!made) return null;
      await record(manager, commandLine(), { action: 'create', entity: 'sign_in_link', entityId: made.id, psaInstanceId: null });
      return `${publicUrl}/auth/link?token=${token}`;
    });
  }

  /** Uses a link up. False when it is unknown, was used before or has expired; of two at once, one gets true. */
  async use(token: string): Promise<boolean> {
    if (!FORM.test(token)) return false;
    const [rows] = await this.database.manager.query<[unknown[], number]>(
      `UPDATE sign_in_links SET used_at = now() WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING id`,
      [hashOf(token)],
    );
    return rows.length > 0;
  }
}
