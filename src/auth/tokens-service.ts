import type { DataSource } from 'typeorm';
import type { ApiToken } from '../../entities/index.js';
import type { Actor } from './audit/actor.js';
import { record } from './audit/record.js';
import { viewOfToken } from './token-dto.js';
import { type NewToken, TokenStore } from './token-store.js';

/** Tokens as people make and revoke them. */
export class TokensService {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes a token. Its value is in the answer and nowhere else. */
  create(actor: Actor, wanted: NewToken): Promise<{ token: string; record: ApiToken }> {
    return this.dataSource.transaction(async (manager) => {
      const made = await new TokenStore({ manager }).create(wanted);
      await record(manager, actor, { action: 'create', ...named(made.record) }, { after: grantOf(made.record) });
      return made;
    });
  }

  /** Makes a token useless from now on. False when there is none of that id (within that PSA instance, if one is given). */
  revoke(actor: Actor, id: string, where: { psaInstanceId?: string } = {}): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const { found, revoked } = await new TokenStore({ manager }).revoke(id, where);
      if (revoked) await record(manager, actor, { action: 'revoke', ...named(revoked) }, { before: grantOf(revoked) });
      return found;
    });
  }
}

function named({ id, psaInstanceId }: ApiToken): { entity: 'token'; entityId: string; psaInstanceId: string | null } {
  return { entity: 'token', entityId: id, psaInstanceId };
}

/** What a token lets its holder do; of its value nothing. */
function grantOf(token: ApiToken): object {
  const { name, role, psaInstanceId, expiresAt } = viewOfToken(token);
  return { name, role, psaInstanceId, expiresAt };
}
