import { randomBytes } from 'node:crypto';
import type { Form } from './bodies.js';
import { Refusal } from './refusals.js';
import { SCOPES } from './switches.js';
import type { World } from './world.js';

/** Scopes that stand for every permission of the application. */
const WHOLE = new Set(['all', 'all:standard']);

interface Token {
  /** Milliseconds of the sandbox's clock. */
  expiresAt: number;
  /** Undefined: whatever the application may do. */
  scopes?: Set<string>;
}

/** Tokens of the API application: handing them out, and checking them. Tokens mean nothing to who holds them. */
export class Access {
  readonly #world: World;
  readonly #tokens = new Map<string, Token>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Makes every token handed out so far worthless, as an expiry or a restart would. */
  revoke(): void {
    this.#tokens.clear();
  }

  /** Answers `/auth/token`; `tenant` is that of the query. Throws a Refusal. */
  token({ fields }: Form, tenant: string | undefined): object {
    const { seed, switches, kernel } = this.#world;
    if (switches.tenantParameter === 'checked' && (tenant ?? fields['tenant']) !== seed.credentials.tenant) {
      throw new Refusal(500, '<!DOCTYPE html><html><body><h1>Error</h1><p>Unknown tenant.</p></body></html>', 'text/html');
    }
    if (fields['grant_type'] !== 'client_credentials')
      throw oauthError(400, 'unsupported_grant_type', 'The specified grant type is not supported.');
    if (fields['client_id'] !== seed.credentials.clientId || fields['client_secret'] !== seed.credentials.clientSecret) {
      throw oauthError(401, 'invalid_client', 'The specified client credentials are invalid.');
    }
    const scope = fields['scope'] ?? '';
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(token, {
      expiresAt: kernel.clock.now() + switches.tokenLifeSeconds * 1000,
      scopes: this.#granted(scope.split(' ').filter((word) => word !== '')),
    });
    return { scope, token_type: 'Bearer', access_token: token, expires_in: switches.tokenLifeSeconds };
  }

  /** Throws a Refusal unless the call carries a good token that has the scope (`read:` or `edit:` of an area, or `admin`). */
  check(authorization: string | undefined, scope: string | undefined): void {
    const { switches, kernel } = this.#world;
    const token = this.#tokens.get(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    if (!token || token.expiresAt <= kernel.clock.now()) throw new Refusal(401);
    if (scope === undefined) return;
    const allowed = switches.permissions.includes(scope) && (token.scopes?.has(scope) ?? true);
    if (!allowed) throw new Refusal(switches.unauthorizedForMissingRight);
  }

  #granted(asked: string[]): Set<string> | undefined {
    if (asked.some((scope) => WHOLE.has(scope))) return undefined;
    const refused = asked.find((scope) => SCOPES.includes(scope) && !this.#world.switches.permissions.includes(scope));
    if (refused !== undefined) throw oauthError(400, 'invalid_scope', `The scope ${refused} is not allowed.`);
    return new Set(asked);
  }
}

/** An error of the authorisation server. */
export function oauthError(status: number, error: string, description: string): Refusal {
  return new Refusal(status, { error, error_description: description });
}
