import { collected, type Client } from '../domain/index.js';
import { UpstreamError } from '../egress/index.js';
import { haloAddresses } from './address.js';
import { Calls } from './calls.js';
import { clientFromWire } from './client-record.js';
import { eachRow, pageOf } from './look.js';
import { isRecord } from './read.js';
import type { PsaDeps, PsaSettings } from './settings.js';
import { topLevelsOf } from './top-level.js';
import { agentVerdict, licensingVerdict, moduleRows, nativeModuleVerdict, ONLY_PEOPLE_SEE, type Verdict } from './verdicts.js';

/** One thing that must hold. `field` names the setting at fault; `detail` is a sentence that says what to do. */
export interface Check extends Verdict {
  name: string;
  field?: 'baseUrl' | 'authUrl' | 'haloTenant' | 'clientId';
}

export interface Verification {
  /** `failed` if any check failed; `unknown` if one that a call could have answered stayed open; else `ok`. */
  result: Check['result'];
  checks: Check[];
}

const READS = [
  { name: 'readClients', path: '/Client', key: 'clients', needs: "'read:customers' and the agent's access to clients" },
  { name: 'readSites', path: '/Site', key: 'sites', needs: "'read:customers' and the agent's access to clients and sites" },
  {
    name: 'readLicences',
    path: '/SoftwareLicence',
    key: 'licences',
    needs: "'read:softwarelicensing' and the agent's Software Licensing Access Level",
  },
] as const;
/** Needed only where people are told in tickets. */
const READ_TICKETS = {
  name: 'readTickets',
  path: '/Tickets',
  key: 'tickets',
  needs: "'read:tickets' and 'edit:tickets', for alerts",
} as const;
type Read = (typeof READS)[number] | typeof READ_TICKETS;
const AFTER_READS = ['softwareLicensing', 'topLevels', 'agentCustomers', 'nativeModules', 'nativeIngramClients'];
const NOT_TRIED = 'Not tried, as an earlier check failed.';

/**
 * Checks one thing after another that must hold for imports into this HaloPSA, with reads alone. Does not throw for trouble of HaloPSA.
 * @param wanted.alerts Whether tickets are to be opened in it, too.
 * Permissions are named as on the application's Permissions tab and on the agent in Halo.
 */
export async function verifyPsa(settings: PsaSettings, deps: PsaDeps, wanted: { alerts?: boolean } = {}): Promise<Verification> {
  const calls = new Calls(settings, { ...deps, retry: deps.retry ?? { attempts: 2 } }, haloAddresses(settings.baseUrl, settings.authUrl));
  try {
    const checks = await inOrder(calls, wanted.alerts ? [...READS, READ_TICKETS] : READS);
    const answerable = checks.filter(({ name }) => !ONLY_PEOPLE_SEE.some((check) => check.name === name));
    const worst = (['failed', 'unknown'] as const).find((result) => answerable.some((check) => check.result === result));
    return { result: worst ?? 'ok', checks };
  } finally {
    calls.close();
  }
}

async function inOrder(calls: Calls, reads: readonly Read[]): Promise<Check[]> {
  const checks = await reachAndSignIn(calls);
  if (checks.some(({ result }) => result === 'failed')) {
    const rest = ['credentials', ...reads.map(({ name }) => name), ...AFTER_READS].filter(
      (name) => !checks.some((check) => check.name === name),
    );
    checks.push(...rest.map((name): Check => ({ name, result: 'unknown', detail: NOT_TRIED })));
  } else {
    for (const read of reads) checks.push(await readable(calls, read));
    checks.push(...(await settled(calls, checks)));
  }
  return [...checks, ...ONLY_PEOPLE_SEE];
}

async function reachAndSignIn(calls: Calls): Promise<Check[]> {
  const name = 'reachable';
  let isHalo: boolean;
  try {
    const answer = await calls.anonymous('/authinfo');
    isHalo = isRecord(answer.json) && typeof answer.json['auth_url'] === 'string';
  } catch (error) {
    const { detail, kind } = upstream(error);
    // A throttle or a broken answer shows that something is there.
    if (kind !== 'throttled' && kind !== 'bad_answer')
      return [{ name, result: 'failed', field: 'baseUrl', detail: `${detail} Check the address.` }];
    isHalo = false;
  }
  try {
    await calls.signedIn();
    return [
      { name, result: 'ok', detail: 'HaloPSA answers at this address.' },
      { name: 'credentials', result: 'ok', detail: 'HaloPSA accepted the client id and secret.' },
    ];
  } catch (error) {
    const { detail, field, kind } = upstream(error);
    if (!isHalo && kind !== 'credentials' && kind !== 'throttled') {
      const what = `${detail} What answers at this address does not look like HaloPSA: enter its Resource server, as Halo shows it with the application.`;
      return [{ name, result: 'failed', field: 'baseUrl', detail: what }];
    }
    return [
      { name, result: 'ok', detail: 'HaloPSA answers at this address.' },
      { name: 'credentials', result: 'failed', field: settingOf(field), detail },
    ];
  }
}

async function readable(calls: Calls, read: Read): Promise<Check> {
  const { name, path, key, needs } = read;
  try {
    const query = { pageinate: true, page_size: 1, page_no: 1 };
    await calls.read(path, query, (answer) => pageOf(answer, key, `reading ${path}`));
    return { name, result: 'ok', detail: `HaloPSA lists ${key}.` };
  } catch (error) {
    const { detail, kind } = upstream(error);
    const advice = kind === 'permission' ? ` It needs ${needs}.` : '';
    return { name, result: 'failed', ...(kind === 'permission' && { field: 'clientId' as const }), detail: `${detail}${advice}` };
  }
}

/** What can be checked once HaloPSA answers: none of it hangs on another. */
async function settled(calls: Calls, reads: Check[]): Promise<Check[]> {
  const modules = await attempt(() => calls.read('/Features', { showenabled: true }, moduleRows));
  const licences = reads.find(({ name }) => name === 'readLicences')?.result === 'ok';
  const clients = reads.find(({ name }) => name === 'readClients')?.result === 'ok';
  return [
    { name: 'softwareLicensing', ...licensingVerdict(modules, licences) },
    { name: 'topLevels', ...(await topLevelVerdict(calls)) },
    {
      name: 'agentCustomers',
      ...agentVerdict(await attempt(() => calls.read('/Agent/me', {}, ({ json }) => (isRecord(json) ? json : undefined)))),
    },
    { name: 'nativeModules', ...nativeModuleVerdict(modules) },
    { name: 'nativeIngramClients', ...(clients ? await nativeClientVerdict(calls) : { result: 'unknown' as const, detail: NOT_TRIED }) },
  ];
}

async function topLevelVerdict(calls: Calls): Promise<Verdict> {
  const levels = await attempt(() => calls.read('/TopLevel', {}, topLevelsOf));
  if (levels instanceof UpstreamError) {
    return {
      result: 'unknown',
      detail: `${levels.detail} Look in Halo at Configuration, Organisation, Top Levels: there must be one for new clients.`,
    };
  }
  if (levels.length > 0)
    return { result: 'ok', detail: `${levels.length} top level${levels.length === 1 ? '' : 's'} to hang new clients under.` };
  return { result: 'failed', detail: 'HaloPSA shows no top level: switch top levels on in Halo, or let the agent see one.' };
}

async function nativeClientVerdict(calls: Calls): Promise<Verdict> {
  const source = { path: '/Client', key: 'clients', query: { includeactive: true, includeinactive: true }, translate: clientFromWire };
  const look = await attempt(() =>
    collected<Client>(
      (client) => client.clientId,
      (take) => eachRow(calls, source, new Set(), take),
    ),
  );
  if (look instanceof UpstreamError) return { result: 'unknown', detail: look.detail };
  const native = look.rows.filter((client) => client.nativeIngram === true).length;
  if (native > 0) {
    const detail = `${native} client${native === 1 ? '' : 's'} came from Halo's own Ingram module: what it made there is left alone until a person adopts it.`;
    return { result: 'ok', detail };
  }
  if (look.rows.length > 0 && look.rows.every((client) => client.nativeIngram === undefined)) {
    return {
      result: 'unknown',
      detail: "HaloPSA does not show which clients came from its own Ingram module: look at a client's third-party mappings in Halo.",
    };
  }
  return { result: 'ok', detail: "No client came from Halo's own Ingram module." };
}

async function attempt<T>(call: () => Promise<T>): Promise<T | UpstreamError> {
  try {
    return await call();
  } catch (error) {
    return upstream(error);
  }
}

function upstream(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  throw error;
}

function settingOf(field: string | undefined): Check['field'] {
  return field === 'baseUrl' || field === 'authUrl' || field === 'haloTenant' ? field : 'clientId';
}
