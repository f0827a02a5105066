import { type ComponentType, lazy } from 'react';
import { Home } from './home/home.js';

type Screen = ComponentType<Record<string, never>>;
type Load = () => Promise<{ default: Screen }>;

/** The screens by their addresses. All but the first are loaded when they are gone to, or look as if they will be. */
const LOADED: readonly [path: string, load: Load][] = [
  ['/tenants', () => import('./tenants/tenants-screen.js')],
  ['/tenants/new', () => import('./new-tenant/new-tenant-screen.js')],
  ['/tenants/:id/first-import', () => import('./new-tenant/first-import-screen.js')],
  ['/tenants/:id/mapping', () => import('./mapping/mapping-screen.js')],
  ['/tenants/:id', () => import('./tenant/tenant-screen.js')],
  ['/subscriptions', () => import('./subscriptions/subscriptions-screen.js')],
  ['/subscriptions/:tenantId/:subscriptionId', () => import('./subscriptions/line-screen.js')],
  ['/imports', () => import('./imports/imports-screen.js')],
  ['/imports/:id', () => import('./imports/import-screen.js')],
  ['/clients/:clientId', () => import('./client/client-screen.js')],
  ['/psa-instances', () => import('./psa-instances/psa-instances-screen.js')],
  ['/psa-instances/:id', () => import('./psa-instances/psa-instance-screen.js')],
  ['/agents', () => import('./agents/agents-screen.js')],
  ['/tokens', () => import('./tokens/tokens-screen.js')],
  ['/sessions', () => import('./sessions/sessions-screen.js')],
  ['/audit', () => import('./audit/audit-screen.js')],
  ['/words', () => import('./words/words-screen.js')],
];

export const SCREENS: readonly [path: string, screen: Screen][] = [
  ['/', Home],
  ...LOADED.map(([path, load]): [string, Screen] => [path, lazy(load)]),
];

const PATTERNS = LOADED.map(([path, load]) => ({ load, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}/?$`) }));

/** Loads the screen of an address, so that it is there once it is wanted. A failure shows then. */
export function loadAhead(path: string): void {
  PATTERNS.find(({ pattern }) => pattern.test(path))
    ?.load()
    .catch(() => undefined);
}

/** Loads screens as soon as somebody points at a link to them, or comes to it with the keyboard. */
export function watchLinks(): void {
  const look = ({ target }: Event): void => {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[href^="/"]') : null;
    if (link) loadAhead(link.pathname);
  };
  for (const sign of ['pointerover', 'focusin']) document.addEventListener(sign, look, { passive: true });
}
