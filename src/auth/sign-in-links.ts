import type { DataSource, EntityManager } from 'typeorm';
import { hashOf, randomSecret } from './random-secret.js';

/** How long a link may be used, in minutes. */
export const LINK_MINUTES = 15;

const FORM = /^[\w-]{43}$/;

/** One-time links that let somebody in as an owner: whoever may run commands where Isthmus runs may do all there is anyway. */
export class SignInLinks {
  constructor(private readonly database: DataSource | { manager: EntityManager }) {}

  /** Makes a link that works once, within 15 minutes. @param publicUrl The service's address, without a slash at its end. */
  async create(publicUrl: string): Promise<string> {
    const token = randomSecret();
    await this.database.manager.query(
      `INSERT INTO sign_in_links (token_hash, expires_at) VALUES ($1, now() + interval '${LINK_MINUTES} minutes')`,
      [hashOf(token)],
    );
    return addressOf(publicUrl, token);
  }

  /** The first one: null when somebody could come in already, because there are tokens, sessions or a link that is still good. */
  async createFirst(publicUrl: string): Promise<string | null> {
    const token = randomSecret();
    const made = await this.database.manager.query<unknown[]>(
      `INSERT INTO sign_in_links (token_hash, expires_at)
       SELECT $1, now() + interval '${LINK_MINUTES} minutes'
        WHERE NOT EXISTS (SELECT FROM api_tokens) AND NOT EXISTS (SELECT FROM sessions)
          AND NOT EXISTS (SELECT FROM sign_in_links WHERE used_at IS NULL AND expires_at > now())
       RETURNING id`,
      [hashOf(token)],
    );
    return made.length > 0 ? addressOf(publicUrl, token) : null;
  }

  /** Uses a link up. False when it is unknown, was used before or has expired; of two at once, one gets true. */
  async use(token: string, manager: EntityManager = this.database.manager): Promise<boolean> {
    if (!FORM.test(token)) return false;
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE sign_in_links SET used_at = now() WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING id`,
      [hashOf(token)],
    );
    return rows.length > 0;
  }
}

function addressOf(publicUrl: string, token: string): string {
  return `${publicUrl}/auth/link?token=${token}`;
}
