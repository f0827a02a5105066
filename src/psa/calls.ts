import {
  Budget,
  createHttp,
  realPace,
  retryReads,
  UpstreamError,
  type Http,
  type HttpAnswer,
  type HttpRequest,
  type Pace,
  type RetryLimits,
} from '../egress/index.js';
import type { HaloAddresses } from './address.js';
import { isSuccess, upstreamError } from './answer.js';
import { LONGEST_WRITE_MS, type CallBudget, type PsaDeps, type PsaSettings } from './settings.js';
import { SignIn } from './sign-in.js';

const READ_TIMEOUT_MS = 120_000;
const CALLS_PER_5_MINUTES = 300;
/** Halo names no time with a 429: wait at least 15 s, as its window is five minutes long. */
const LIMITS: RetryLimits = { throttledFirstMs: 15_000, throttledLongestMs: 60_000 };

type Query = HttpRequest['query'];

/** How a write ended: with an answer, or without a whole one although it was sent. */
export type Posted = { answer: HttpAnswer } | { lost: UpstreamError };

/** A write that was sent and got no whole answer: no UpstreamError, so that nothing repeats it. */
class LostWrite extends Error {
  readonly reason: UpstreamError;

  constructor(reason: UpstreamError) {
    super(reason.message);
    this.reason = reason;
  }
}

/** The calls to one HaloPSA: signed in, within the budget, counted, and repeated where that is safe. */
export class Calls {
  readonly count = { made: 0, refused: 0 };
  readonly pace: Pace;
  private readonly http: Http;
  private readonly signIn: SignIn;
  private readonly budget: CallBudget;
  private readonly deps: PsaDeps;

  constructor(settings: PsaSettings, deps: PsaDeps, addresses: HaloAddresses) {
    this.deps = deps;
    this.pace = deps.pace ?? realPace;
    this.budget = deps.budget ?? ownBudget(deps.callsPer5Minutes ?? CALLS_PER_5_MINUTES, this.pace);
    this.http = createHttp({ vendor: 'psa', baseUrl: addresses.api, policy: deps.policy });
    this.signIn = new SignIn({
      settings,
      addresses,
      deps,
      pace: this.pace,
      api: this.http,
      counted: (call, doing) => this.counted(call, doing),
    });
  }

  /** Signs in, if that is still to do. Throws an UpstreamError. */
  async signedIn(): Promise<void> {
    await this.retried(() => this.signIn.token());
  }

  /** One anonymous read, not repeated. */
  async anonymous(path: string): Promise<HttpAnswer> {
    const request = { method: 'GET' as const, path, timeoutMs: this.readTimeout(), signal: this.deps.signal };
    return this.counted(() => this.http.request(request), `reading ${path}`);
  }

  /**
   * Reads, again and again where that may help. `take` makes the result of an answer; what it throws for a bad one is
   * retried like trouble of the network. `none` are statuses that are an answer as well.
   */
  async read<T>(path: string, query: Query, take: (answer: HttpAnswer) => T, none: number[] = []): Promise<T> {
    const doing = `reading ${path}`;
    return this.retried(async () => {
      const request = { method: 'GET' as const, path, query, timeoutMs: this.readTimeout(), signal: this.deps.signal };
      const answer = await this.authorised(request, doing);
      if (!isSuccess(answer) && !none.includes(answer.status)) throw this.errorOf(answer, doing);
      return take(answer);
    });
  }

  /**
   * Writes an array of records. Repeated only when it was certainly not looked at: 429, a refused token, no connection.
   * Throws an UpstreamError when nothing at all was sent in the end, and the reason of an aborted signal before sending.
   */
  async post(path: string, records: object[], query?: Query): Promise<Posted> {
    const doing = `writing to ${path}`;
    const timeoutMs = Math.min(this.deps.timeouts?.write ?? LONGEST_WRITE_MS, LONGEST_WRITE_MS);
    const request = { method: 'POST' as const, path, query, body: records, timeoutMs };
    try {
      return { answer: await this.retried(() => this.authorised(request, doing)) };
    } catch (error) {
      if (error instanceof LostWrite) return { lost: error.reason };
      throw error;
    }
  }

  close(): void {
    this.http.close();
    this.signIn.close();
  }

  private readTimeout(): number {
    return this.deps.timeouts?.read ?? READ_TIMEOUT_MS;
  }

  private retried<T>(call: () => Promise<T>): Promise<T> {
    const { signal, logger } = this.deps;
    return retryReads(call, {
      ...LIMITS,
      ...this.deps.retry,
      pace: this.pace,
      signal,
      onRetry: (error, attempt, waitMs) => logger?.info({ error: error.detail, attempt, waitMs }, 'HaloPSA is asked again'),
    });
  }

  /** One call with a token; after a 401 once more with a new one. */
  private async authorised(request: HttpRequest, doing: string): Promise<HttpAnswer> {
    const once = async (token: string): Promise<HttpAnswer> => {
      const headers = { ...request.headers, Authorization: `Bearer ${token}` };
      return this.counted(() => this.sent({ ...request, headers }), doing);
    };
    const token = await this.signIn.token();
    const answer = await once(token);
    if (answer.status !== 401) return answer;
    this.signIn.drop(token);
    return once(await this.signIn.token());
  }

  private async sent(request: HttpRequest): Promise<HttpAnswer> {
    if (request.method === 'POST') await this.deps.permit?.beforeWrite();
    try {
      return await this.http.request(request);
    } catch (error) {
      if (request.method === 'POST' && error instanceof UpstreamError && error.sent) throw new LostWrite(error);
      throw error;
    }
  }

  /** Asks whether it may, waits for the budget, counts, and throws for a throttle. */
  private async counted(call: () => Promise<HttpAnswer>, doing: string): Promise<HttpAnswer> {
    const { signal, permit } = this.deps;
    const mayTake = async (): Promise<void> => permit?.beforeTurn();
    await mayTake();
    await this.budget.take(signal, mayTake);
    this.count.made += 1;
    const answer = await call();
    if (answer.status === 429) {
      this.count.refused += 1;
      this.deps.onRefused?.();
      const error = this.errorOf(answer, doing);
      this.budget.refused(error.retryAfterMs);
      throw error;
    }
    this.budget.accepted();
    return answer;
  }

  private errorOf(answer: HttpAnswer, doing: string): UpstreamError {
    return upstreamError(answer, doing, this.pace.now());
  }
}

/** Half of the calls may go at once after a rest, so that a usual import need not wait; any five minutes stay within the number. */
function ownBudget(callsPer5Minutes: number, pace: Pace): Budget {
  const burst = Math.max(1, Math.floor(callsPer5Minutes / 2));
  return new Budget({ perSecond: Math.max(callsPer5Minutes - burst, 1) / 300, burst, pace });
}
