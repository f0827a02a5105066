import { UpstreamError, type HttpAnswer } from '../egress/index.js';
import { badAnswer } from './answer.js';
import * as read from './read.js';
import type { WireRecord } from './wire.js';

/** What a check found, with a sentence that says what to do. */
export interface Verdict {
  result: 'ok' | 'failed' | 'unknown';
  detail: string;
}

/** A module of Halo as `/Features` lists it. */
export interface HaloModule {
  name: string;
  enabled: boolean;
}

/** What no call can show, with where to look. */
export const ONLY_PEOPLE_SEE: (Verdict & { name: string })[] = [
  {
    name: 'writePermissions',
    result: 'unknown',
    detail:
      "No read shows this. In Halo, the application's Permissions tab needs edit:customers and edit:softwarelicensing (or all), and its agent must be allowed to edit clients and have the Software Licensing Access Level 'Read and Modify'.",
  },
  {
    name: 'invoiceLineQuantities',
    result: 'unknown',
    detail:
      "For invoices to follow quantities, switch on 'Allow recurring invoice line quantities to be calculated using Licence, User and Asset counts' in Halo's billing settings.",
  },
  {
    name: 'invoiceLineStatus',
    result: 'unknown',
    detail:
      "For invoices to end with subscriptions, switch on 'Make Recurring Invoice lines inactive when subscription/license becomes inactive' in Halo's billing settings.",
  },
];

/** The modules of an answer of `/Features`, a bare array or below some key. */
export function moduleRows(answer: HttpAnswer): HaloModule[] {
  const rows = Array.isArray(answer.json)
    ? answer.json
    : read.isRecord(answer.json)
      ? Object.values(answer.json).find(Array.isArray)
      : undefined;
  if (rows === undefined) throw badAnswer(answer, 'reading /Features');
  return rows.filter(read.isRecord).flatMap((row: WireRecord) => {
    const name = read.name(row['module_name']) ?? read.name(row['actual_name']);
    return typeof name === 'string' ? [{ name, enabled: read.flag(row['enabled']) ?? true }] : [];
  });
}

/** Whether software licensing is on: what `/Features` says, and whether licences could be listed. */
export function licensingVerdict(modules: HaloModule[] | UpstreamError, licencesListed: boolean): Verdict {
  const found = modules instanceof UpstreamError ? undefined : modules.find(({ name }) => /software.*licen[cs]/i.test(name));
  if (found?.enabled === true) return { result: 'ok', detail: 'Software licensing is on.' };
  if (found !== undefined)
    return { result: 'failed', detail: "Software licensing is off: switch it on under Configuration in Halo's list of modules." };
  if (!licencesListed && !(modules instanceof UpstreamError) && modules.length > 0) {
    return {
      result: 'failed',
      detail:
        "Software licensing is not among the modules that are on, and subscriptions cannot be listed: switch it on under Configuration in Halo's list of modules.",
    };
  }
  const seen = licencesListed ? 'Subscriptions can be listed, but' : 'Subscriptions cannot be listed, and';
  return {
    result: 'unknown',
    detail: `${seen} HaloPSA does not show whether software licensing is on: look under Configuration in Halo's list of modules.`,
  };
}

/** Whether a module of Halo's own would bring the same subscriptions again. */
export function nativeModuleVerdict(modules: HaloModule[] | UpstreamError): Verdict {
  if (modules instanceof UpstreamError) {
    const where =
      'Look in Halo at Configuration, Integrations: its own Ingram Micro and Microsoft CSP modules would bring the same subscriptions a second time.';
    return { result: 'unknown', detail: `${modules.detail} ${where}` };
  }
  const on = modules.filter(({ name, enabled }) => enabled && isNative(name)).map(({ name }) => name);
  if (on.length === 0) return { result: 'ok', detail: "Halo's own Ingram Micro and Microsoft CSP modules are off." };
  const detail = `Halo's own ${on.join(' and ')} is on: it would bring the same subscriptions a second time. Switch its import of subscriptions off.`;
  return { result: 'failed', detail };
}

/** The hardware connection of Ingram Micro ("Reseller") brings no subscriptions. */
function isNative(name: string): boolean {
  return (/ingram/i.test(name) && !/reseller|xvantage/i.test(name)) || /cloud\s*blue/i.test(name) || /\bcsp\b|MicrosoftCSP/i.test(name);
}

/** Whether the agent that the application logs in as sees every customer, as far as its own record shows. */
export function agentVerdict(agent: WireRecord | UpstreamError | undefined): Verdict {
  const where = 'Look in Halo at the agent the application logs in as: it must be allowed to use all customers.';
  if (agent instanceof UpstreamError) return { result: 'unknown', detail: `${agent.detail} ${where}` };
  const restricted = agent?.['clients'];
  const only = read.id(agent?.['one_client']);
  if ((Array.isArray(restricted) && restricted.length > 0) || only !== undefined) {
    return { result: 'failed', detail: `The agent sees some customers only, so others would look missing. ${where}` };
  }
  if (Array.isArray(restricted)) return { result: 'ok', detail: 'The agent is not restricted to some customers.' };
  return { result: 'unknown', detail: `HaloPSA does not show whether the agent is restricted to some customers. ${where}` };
}
