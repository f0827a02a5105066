import { createHttp, SharedToken, UpstreamError, type FreshToken, type Http, type HttpAnswer, type Pace } from '../egress/index.js';
import { discoveredAuth, type HaloAddresses } from './address.js';
import { badAnswer, isSuccess, upstreamError } from './answer.js';
import { errorMessage } from './errors.js';
import { isRecord } from './read.js';
import type { PsaDeps, PsaSettings } from './settings.js';

const USUAL_LIFE_SECONDS = 3600;
const TIMEOUT_MS = 30_000;

/** What signing in needs of the client: its way out, and one counted call. */
export interface SignInParts {
  settings: PsaSettings;
  addresses: HaloAddresses;
  deps: Pick<PsaDeps, 'policy' | 'signal'>;
  pace: Pace;
  /** For calls below `/api`. */
  api: Http;
  /** Makes one call within the budget, counted; throws for 429. */
  counted: (call: () => Promise<HttpAnswer>, doing: string) => Promise<HttpAnswer>;
}

/** The token of one HaloPSA, shared by concurrent calls. Credentials that were rejected are not tried again. */
export class SignIn {
  private readonly parts: SignInParts;
  private readonly shared: SharedToken;
  private rejected?: UpstreamError;
  private auth?: Http;
  /** The server Halo names itself, when that was not taken because it is on another host. */
  private foreignAuth?: string;

  constructor(parts: SignInParts) {
    this.parts = parts;
    this.shared = new SharedToken({ pace: parts.pace, fetch: () => this.fetch() });
  }

  /** The token to use now. Makes at most one attempt: callers repeat what is worth it. */
  async token(): Promise<string> {
    if (this.rejected) throw this.rejected;
    return this.shared.get();
  }

  /** Forgets a token that a call found dead. */
  drop(token: string): void {
    this.shared.drop(token);
  }

  close(): void {
    this.auth?.close();
  }

  private async fetch(): Promise<FreshToken> {
    const { settings, deps, pace, counted } = this.parts;
    const auth = await this.server();
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: settings.clientId,
      client_secret: settings.clientSecret,
      scope: 'all',
    });
    const answer = await counted(
      () =>
        auth.request({
          method: 'POST',
          path: '/token',
          query: { tenant: settings.haloTenant?.trim() || undefined },
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          body: form.toString(),
          timeoutMs: TIMEOUT_MS,
          signal: deps.signal,
        }),
      'signing in',
    );
    if (!isSuccess(answer)) throw this.refusal(answer, pace.now());
    const value = isRecord(answer.json) ? answer.json['access_token'] : undefined;
    if (!isRecord(answer.json) || typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw badAnswer(answer, 'signing in');
    const life = Number(answer.json['expires_in']);
    return { value, lifeSeconds: Number.isFinite(life) && life > 0 ? life : USUAL_LIFE_SECONDS };
  }

  private refusal(answer: HttpAnswer, now: number): UpstreamError {
    const { status } = answer;
    const code = isRecord(answer.json) && typeof answer.json['error'] === 'string' ? answer.json['error'] : undefined;
    const said = errorMessage(answer.text);
    const error = { vendor: 'psa' as const, status };
    if (status === 401 || status === 403 || (status === 400 && code !== undefined)) {
      const why =
        code === 'invalid_scope'
          ? "The application may not ask for all permissions: allow 'all' on its Permissions tab in Halo"
          : 'HaloPSA rejected the client id and secret';
      this.rejected = new UpstreamError({
        ...error,
        kind: 'credentials',
        field: 'clientId',
        detail: said === undefined ? `${why}.` : `${why} (${said}).`,
      });
      return this.rejected;
    }
    if (status === 500) {
      const detail = `HaloPSA's sign-in server failed${said === undefined ? '' : ` (${said})`}: it does so for a tenant or address that does not exist.`;
      return new UpstreamError({ ...error, kind: 'server', field: 'haloTenant', detail });
    }
    if (status < 500) {
      const named = this.foreignAuth === undefined ? '' : ` HaloPSA itself names ${this.foreignAuth}: enter that if it is right.`;
      const detail = `No sign-in server of HaloPSA answers at this address.${named}`;
      return new UpstreamError({ ...error, kind: 'refused', actor: 'configuration', field: 'authUrl', detail });
    }
    return upstreamError(answer, 'signing in', now);
  }

  /** The sign-in server: as entered, else as HaloPSA names it, else below the site. */
  private async server(): Promise<Http> {
    if (this.auth) return this.auth;
    const { addresses, deps } = this.parts;
    const open = (baseUrl: string): Http => createHttp({ vendor: 'psa', baseUrl, policy: deps.policy });
    if (addresses.auth !== undefined) return (this.auth = open(addresses.auth));
    const named = await this.named();
    const found = discoveredAuth(named, addresses.root);
    if (typeof named === 'string' && found === undefined) this.foreignAuth = named.slice(0, 200);
    return (this.auth = open(found ?? `${addresses.root}/auth`));
  }

  private async named(): Promise<unknown> {
    const { api, deps, counted } = this.parts;
    const ask = (): Promise<HttpAnswer> => api.request({ method: 'GET', path: '/authinfo', timeoutMs: TIMEOUT_MS, signal: deps.signal });
    const answer = await counted(ask, 'asking for the sign-in server');
    return isSuccess(answer) && isRecord(answer.json) ? answer.json['auth_url'] : undefined;
  }
}
