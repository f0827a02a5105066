import type { ClientImportSettings, GuardSettings, IntegratorSettings, SubscriptionImportSettings } from '../../entities/index.js';
import { Invalid } from '../http/problem.js';
import type { ClientImportInput, GuardInput, IntegratorInput, SubscriptionImportInput } from './settings-dto.js';

/** The settings of a tenant that are groups of their own. */
export interface ImportSettings {
  clientImport: ClientImportSettings;
  subscriptionImport: SubscriptionImportSettings;
  integrator: IntegratorSettings;
  guard: GuardSettings;
}

/** What a new tenant has where nothing else is said. */
export const DEFAULTS: ImportSettings = {
  clientImport: { createUnmatched: true, onlyWithSubscriptions: false, updateMainSiteAddress: false },
  subscriptionImport: { prices: 'on_create', names: 'on_create', trials: 'import', followRenewals: true, rereadWithinDays: 7 },
  integrator: { enabled: false, customers: true, subscriptions: true, deactivateDeleted: false, at: '02:00', timeZone: 'UTC' },
  guard: { floor: 5, percent: 10 },
};

export interface ImportSettingsInput {
  clientImport?: ClientImportInput;
  subscriptionImport?: SubscriptionImportInput;
  integrator?: IntegratorInput;
  guard?: GuardInput;
}

/**
 * Settings with what was said put over what was there, field by field; null takes an optional field away.
 * @throws Invalid for what does not go together.
 */
export function mergedSettings(before: ImportSettings, said: ImportSettingsInput): ImportSettings {
  const integrator = over<IntegratorSettings>(before.integrator, said.integrator);
  if (integrator.deactivateDeleted && !integrator.enabled) {
    const [field, message] =
      said.integrator?.deactivateDeleted === true
        ? ['deactivateDeleted', 'deactivateDeleted can only be true while integrator.enabled is true']
        : ['enabled', 'enabled can only be false once integrator.deactivateDeleted is false; set both in one request'];
    throw new Invalid([{ pointer: `/integrator/${field}`, message }]);
  }
  return {
    clientImport: over<ClientImportSettings>(before.clientImport, said.clientImport),
    subscriptionImport: over<SubscriptionImportSettings>(before.subscriptionImport, said.subscriptionImport),
    integrator,
    guard: over<GuardSettings>(before.guard, said.guard),
  };
}

function over<T extends object>(before: T, said: object | undefined): T {
  const entries = Object.entries({ ...before, ...defined(said ?? {}) });
  return Object.fromEntries(entries.filter(([, value]) => value !== null)) as T;
}

/** Instances of DTO classes may hold undefined for what was left out. */
function defined(said: object): object {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
