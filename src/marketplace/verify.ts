import { EgressRefused, UpstreamError, type RetryLimits } from '../egress/index.js';
import { MarketplaceClient } from './client.js';
import { normaliseApiUrl, normaliseMarketplace } from './marketplaces.js';
import type { MarketplaceDeps, MarketplaceSettings } from './settings.js';
import { isObject, textOf } from './wire.js';

export type CheckResult = 'ok' | 'failed' | 'unknown';
export type MarketplaceField = 'apiUrl' | 'marketplace' | 'username' | 'subscriptionKey';

export interface MarketplaceCheck {
  name: CheckName;
  result: CheckResult;
  /** The setting at fault; `username` stands for user name and password. */
  field?: MarketplaceField;
  /** A sentence: what was found, and what to do about it. */
  detail: string;
}

export interface MarketplaceVerification {
  /** `failed` when a check failed, else `unknown` when one could not be decided, else `ok`. */
  result: CheckResult;
  checks: MarketplaceCheck[];
}

/** In the order they are made. */
const NAMES = [
  'address',
  'reachable',
  'api',
  'subscription key',
  'user and password',
  'marketplace',
  'customers',
  'subscriptions',
] as const;
type CheckName = (typeof NAMES)[number];

/** Someone is waiting for the answer: one more attempt, not five. */
const FEW: RetryLimits = { attempts: 2, attemptsOn500: 2, longestMs: 2000 };

/**
 * Tries the settings of a tenant, one thing after another, and names the setting at fault. After something that failed, the
 * rest is not tried. Never throws for what the marketplace does; throws the reason of `deps.signal` once that is aborted.
 */
export async function verifyMarketplace(settings: MarketplaceSettings, deps: MarketplaceDeps): Promise<MarketplaceVerification> {
  const report = new Report();
  const address = normaliseApiUrl(settings.apiUrl);
  const code = normaliseMarketplace(settings.marketplace);
  const refused = 'error' in address ? address.error : refusal(address.url, deps);
  if (refused !== undefined || 'error' in address) return report.failed('address', 'apiUrl', refused ?? '');
  report.ok('address', 'The API URL is well-formed and may be called.');
  if ('error' in code) return report.failed('marketplace', 'marketplace', code.error);

  const tried = { ...settings, apiUrl: address.url, marketplace: code.code };
  const client = new MarketplaceClient(tried, { ...deps, retry: { ...FEW, ...deps.retry } });
  try {
    const token = await outcome(client.authenticate());
    if (token.error) return reportToken(report, token.error, code.code);
    report.ok('reachable', 'The address answers.').ok('api', 'It is the marketplace API.');
    report.ok('subscription key', 'The subscription key was accepted.').ok('user and password', 'The user and password were accepted.');
    report.ok('marketplace', `The marketplace ${code.code} was accepted.`);

    const customers = await outcome(readable(client, '/customers'));
    if (customers.error) return reportRead(report, 'customers', customers.error);
    report.ok('customers', 'Customers can be read.');

    const list = await outcome(readable(client, '/subscriptions'));
    if (list.error) return reportRead(report, 'subscriptions', list.error);
    const first = list.value;
    if (first === undefined)
      return report.ok('subscriptions', 'Subscriptions can be listed. There is none yet to be read in detail.').done();
    const detail = await outcome(client.subscription(first));
    if (detail.error) return reportRead(report, 'subscriptions', detail.error);
    return report.ok('subscriptions', 'Subscriptions can be listed and read in detail.').done();
  } finally {
    client.close();
  }
}

function refusal(url: string, deps: MarketplaceDeps): string | undefined {
  try {
    deps.policy.check(url);
    return undefined;
  } catch (error) {
    if (error instanceof EgressRefused) return error.message;
    throw error;
  }
}

async function outcome<T>(work: Promise<T>): Promise<{ value?: T; error?: UpstreamError }> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof UpstreamError) return { error };
    throw error;
  }
}

/** The id of a list's first row, if it has one. */
async function readable(client: MarketplaceClient, path: '/customers' | '/subscriptions'): Promise<string | undefined> {
  const { json, status } = await client.get(path, { offset: 0, limit: 1 });
  const data = isObject(json) ? json.data : undefined;
  if (!Array.isArray(data)) {
    throw new UpstreamError({ vendor: 'marketplace', kind: 'bad_answer', status, detail: 'The answer is not a list.' });
  }
  const first: unknown = data[0];
  return isObject(first) ? textOf(first.id) : undefined;
}

/** What a token call that did not end well shows of each check. */
function reportToken(report: Report, error: UpstreamError, code: string): MarketplaceVerification {
  const said = `It said: ${error.detail}`;
  if (error.kind === 'egress') return report.failed('reachable', 'apiUrl', error.detail);
  if (!error.sent && error.field === 'subscriptionKey') return report.failed('subscription key', 'subscriptionKey', error.detail);
  if (!error.sent && error.field === 'username') return report.failed('user and password', 'username', error.detail);
  if (error.kind === 'unreachable' || error.kind === 'timeout') {
    return report.failed(
      'reachable',
      'apiUrl',
      `The address does not answer. ${error.detail} Check the API URL; if it is right, try again later.`,
    );
  }
  report.ok('reachable', 'The address answers.');
  if (error.kind === 'throttled' || error.kind === 'server') {
    return report.unknown('api', `The marketplace cannot answer at the moment. Try again later. ${said}`);
  }
  if (error.field === undefined || error.field === 'apiUrl') {
    return report.failed('api', 'apiUrl', `What answers is not the marketplace API. Copy the API URL from the portal as it is. ${said}`);
  }
  report.ok('api', 'It is the marketplace API.');
  if (error.field === 'subscriptionKey') {
    return report.failed(
      'subscription key',
      'subscriptionKey',
      `The subscription key was rejected. Copy it again from the portal. ${said}`,
    );
  }
  report.ok('subscription key', 'The subscription key was accepted.');
  if (error.field === 'username') {
    return report.failed(
      'user and password',
      'username',
      `The user or password was rejected. Use the API user (its name usually ends in .API), active in the portal and with its password set. ${said}`,
    );
  }
  report.unknown('user and password', 'Not decided: the marketplace was refused first.');
  return report.failed(
    'marketplace',
    'marketplace',
    `The marketplace ${code} was refused. Its code stands in the address of the portal. ${said}`,
  );
}

/** What a list or detail that could not be read shows. */
function reportRead(report: Report, name: 'customers' | 'subscriptions', error: UpstreamError): MarketplaceVerification {
  const said = `It said: ${error.detail}`;
  if (error.field === 'subscriptionKey') {
    return report.failed(name, 'subscriptionKey', `The subscription key gives no access to ${name}. Check it in the portal. ${said}`);
  }
  if (error.kind === 'credentials' || error.kind === 'permission') {
    return report.failed(name, 'username', `The user may not read ${name}. Use the API user of the Marketplace API product. ${said}`);
  }
  if (error.kind === 'throttled' || error.kind === 'server' || error.kind === 'timeout' || error.kind === 'unreachable') {
    return report.unknown(name, `Reading ${name} did not work at the moment. Try again later. ${said}`);
  }
  return report.failed(name, 'apiUrl', `Reading ${name} gave no usable answer. Copy the API URL from the portal as it is. ${said}`);
}

/** Collects checks and fills in those that were not tried. */
class Report {
  private readonly checks = new Map<CheckName, MarketplaceCheck>();

  ok(name: CheckName, detail: string): this {
    this.checks.set(name, { name, result: 'ok', detail });
    return this;
  }

  unknown(name: CheckName, detail: string): MarketplaceVerification {
    this.checks.set(name, { name, result: 'unknown', detail });
    return this.done();
  }

  failed(name: CheckName, field: MarketplaceField, detail: string): MarketplaceVerification {
    this.checks.set(name, { name, result: 'failed', field, detail });
    return this.done();
  }

  done(): MarketplaceVerification {
    const checks = NAMES.map((name) => this.checks.get(name) ?? { name, result: 'unknown' as const, detail: 'Not tried.' });
    const found = new Set(checks.map((check) => check.result));
    const result = found.has('failed') ? 'failed' : found.has('unknown') ? 'unknown' : 'ok';
    return { result, checks };
  }
}
