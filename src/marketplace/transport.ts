import {
  Budget,
  createHttp,
  realPace,
  retryReads,
  scrub,
  SharedToken,
  UpstreamError,
  type FreshToken,
  type Http,
  type HttpAnswer,
  type Pace,
} from '../egress/index.js';
import { answerError, isQuota } from './answers.js';
import type { MarketplaceDeps, MarketplaceSettings } from './settings.js';
import { isFinalRefusal, readToken } from './token.js';

/** All that can be sent: reads, and the call for a token. */
type Sendable = { method: 'GET'; path: string; query: Query } | { method: 'POST'; path: '/token' };

export type Query = Record<string, string | number | undefined>;

const TOKEN_TIMEOUT_MS = 60_000;
const READ_TIMEOUT_MS = 120_000;
/**
 * How long before its end a token is renewed, in milliseconds: as long as a call may take to arrive. It is chosen after the wait for the
 * call's turn, however long that was, and one that is found dead all the same is renewed; more than this would only cost calls.
 */
const TOKEN_MARGIN_MS = 10_000;
const CALLS_PER_SECOND = 2;
const BURST = 60;
/** No faster than this, whatever passes: nobody needs it, and the vendor's own limit is far below. */
const FASTEST_PER_SECOND = 25;

/** The calls that one account may make: two a second to begin with, then what is found to pass. */
export function accountBudget(pace: Pace, perSecond = CALLS_PER_SECOND): Budget {
  return new Budget({ perSecond, burst: Math.max(BURST, perSecond), max: Math.max(FASTEST_PER_SECOND, perSecond), pace });
}

/** Calls to one marketplace account: token, key, budget, retries, and errors without secrets. */
export class Transport {
  readonly calls = { made: 0, refused: 0 };
  readonly #settings: MarketplaceSettings;
  readonly #deps: MarketplaceDeps;
  readonly #pace: Pace;
  readonly #http: Http;
  readonly #budget: Budget;
  readonly #token: SharedToken;
  #rejected?: UpstreamError;
  #lastToken?: string;

  constructor(settings: MarketplaceSettings, deps: MarketplaceDeps) {
    this.#settings = { ...settings, username: settings.username.trim(), subscriptionKey: settings.subscriptionKey.trim() };
    this.#deps = deps;
    this.#pace = deps.pace ?? realPace;
    this.#http = createHttp({ vendor: 'marketplace', baseUrl: settings.apiUrl.trim(), policy: deps.policy, signal: deps.signal });
    this.#budget = deps.budget ?? accountBudget(this.#pace, deps.callsPerSecond);
    this.#token = new SharedToken({ fetch: () => this.#fetchToken(), pace: this.#pace, marginMs: TOKEN_MARGIN_MS });
  }

  /** Calls that an hour allows: by the rate to begin with, or the one that was found if that is lower. */
  get callsAnHour(): number {
    return Math.floor(Math.min(this.#budget.perSecond, this.#budget.startPerSecond) * 3600);
  }

  /** Gets a token if there is none. Throws an UpstreamError. */
  async authenticate(): Promise<void> {
    await this.#retried('/token', () => this.#token.get());
  }

  /**
   * One read, tried again while that is worth it. `read` turns an answer of success into the result, and throws an
   * UpstreamError (`badAnswer`) for one that is not what it should be, which is then tried again too.
   */
  async get<T>(path: string, query: Query, read: (answer: HttpAnswer) => T): Promise<T> {
    return this.#retried(path, async () => {
      const answer = await this.#authorised(path, query);
      if (answer.status < 200 || answer.status > 299) throw answerError(answer, `GET ${path}`, this.#pace.now());
      return read(answer);
    });
  }

  close(): void {
    this.#http.close();
  }

  /** One attempt: those who wait for the token do the retrying. */
  async #fetchToken(): Promise<FreshToken> {
    // Rejected credentials are not tried again by themselves: that is how accounts get locked.
    if (this.#rejected) throw this.#rejected;
    try {
      const token = readToken(await this.#send({ method: 'POST', path: '/token' }), this.#pace.now());
      this.#lastToken = token.value;
      return token;
    } catch (error) {
      if (isFinalRefusal(error)) this.#rejected = this.#withoutSecrets(error);
      throw error;
    }
  }

  /** A read with the shared token; on 401 or 403 the token is renewed once and the read made once more. */
  async #authorised(path: string, query: Query): Promise<HttpAnswer> {
    // Asked for before the call waits for its turn, and again after: it may have come to its end meanwhile.
    let token = await this.#token.get();
    const fresh = async (): Promise<string> => (token = await this.#token.get());
    const answer = await this.#send({ method: 'GET', path, query }, fresh);
    if ((answer.status !== 401 && answer.status !== 403) || isQuota(answer)) return answer;
    this.#token.drop(token);
    await fresh();
    return this.#send({ method: 'GET', path, query }, fresh);
  }

  /** The only place that sends. */
  async #send(call: Sendable, token?: () => Promise<string>): Promise<HttpAnswer> {
    const { timeouts, signal, logger } = this.#deps;
    this.#requireSendable();
    await this.#budget.take(signal);
    const credentials = this.#credentials(await token?.());
    this.calls.made += 1;
    const startedAt = this.#pace.now();
    const answer = await this.#http.request(
      call.method === 'GET'
        ? { ...call, headers: credentials, timeoutMs: timeouts?.readMs ?? READ_TIMEOUT_MS }
        : {
            ...call,
            headers: credentials,
            body: { marketplace: this.#settings.marketplace },
            timeoutMs: timeouts?.tokenMs ?? TOKEN_TIMEOUT_MS,
          },
    );
    if (answer.status === 429) {
      this.calls.refused += 1;
      this.#deps.onRefused?.();
      this.#budget.refused(answerError(answer, call.path, this.#pace.now()).retryAfterMs);
    } else {
      this.#budget.accepted();
    }
    const correlationId = answer.headers['x-correlation-id'];
    const ms = this.#pace.now() - startedAt;
    logger?.debug({ method: call.method, path: call.path, status: answer.status, ms, correlationId }, 'marketplace call');
    return answer;
  }

  #requireSendable(): void {
    const { username, subscriptionKey } = this.#settings;
    if (!/^[\x21-\x7e]+$/.test(subscriptionKey)) {
      throw unusable('subscriptionKey', 'The subscription key is empty or holds characters that cannot be sent.');
    }
    if (username === '' || username.includes(':')) throw unusable('username', 'The user name is empty or holds a colon.');
  }

  #credentials(token?: string): Record<string, string> {
    const { username, password, subscriptionKey, applicationId } = this.#settings;
    const authorization = token === undefined ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : `Bearer ${token}`;
    return {
      Authorization: authorization,
      'X-Subscription-Key': subscriptionKey,
      ...(applicationId ? { 'X-Client-Id': applicationId } : {}),
    };
  }

  async #retried<T>(path: string, read: () => Promise<T>): Promise<T> {
    const { retry, signal, logger } = this.#deps;
    try {
      return await retryReads(read, {
        ...retry,
        pace: this.#pace,
        signal,
        onRetry: (error, attempt, waitMs) => {
          const { kind, status, correlationId } = error;
          logger?.warn({ path, kind, status, attempt, waitMs, correlationId }, 'marketplace call is tried again');
        },
      });
    } catch (error) {
      throw error instanceof UpstreamError ? this.#withoutSecrets(error) : error;
    }
  }

  /** Vendors echo what they were sent: error texts are cleaned of it before they leave. */
  #withoutSecrets(error: UpstreamError): UpstreamError {
    const { password, subscriptionKey, username } = this.#settings;
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    const detail = scrub(error.detail, [password, subscriptionKey, basic, this.#lastToken]);
    return detail === error.detail ? error : error.withDetail(detail);
  }
}

function unusable(field: string, detail: string): UpstreamError {
  return new UpstreamError({ vendor: 'marketplace', kind: 'credentials', detail, field, sent: false });
}
