import { Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { Home } from './home/home.js';
import { sessionQuery } from './session/session.js';
import { SignedOut } from './session/signed-out.js';
import { Frame } from './shell/frame.js';
import { NotHere } from './shell/not-here.js';
import { Crashed } from './states/crashed.js';
import { Loading } from './states/loading.js';
import { ProblemAlert } from './states/problem.js';

type Screen = ComponentType<Record<string, never>>;

/** The screens by their addresses. All but the first are loaded when they are gone to. */
const SCREENS: readonly [path: string, screen: Screen][] = [
  ['/', Home],
  ['/tenants', lazy(() => import('./tenants/tenants-screen.js'))],
  ['/tenants/new', lazy(() => import('./new-tenant/new-tenant-screen.js'))],
  ['/tenants/:id/first-import', lazy(() => import('./new-tenant/first-import-screen.js'))],
  ['/tenants/:id/mapping', lazy(() => import('./mapping/mapping-screen.js'))],
  ['/tenants/:id', lazy(() => import('./tenant/tenant-screen.js'))],
  ['/subscriptions', lazy(() => import('./subscriptions/subscriptions-screen.js'))],
  ['/subscriptions/:tenantId/:subscriptionId', lazy(() => import('./subscriptions/line-screen.js'))],
  ['/imports', lazy(() => import('./imports/imports-screen.js'))],
  ['/imports/:id', lazy(() => import('./imports/import-screen.js'))],
  ['/clients/:clientId', lazy(() => import('./client/client-screen.js'))],
  ['/psa-instances', lazy(() => import('./psa-instances/psa-instances-screen.js'))],
  ['/psa-instances/:id', lazy(() => import('./psa-instances/psa-instance-screen.js'))],
  ['/agents', lazy(() => import('./agents/agents-screen.js'))],
  ['/tokens', lazy(() => import('./tokens/tokens-screen.js'))],
  ['/sessions', lazy(() => import('./sessions/sessions-screen.js'))],
  ['/audit', lazy(() => import('./audit/audit-screen.js'))],
  ['/words', lazy(() => import('./words/words-screen.js'))],
];

/** The page: a screen for whoever is signed in. */
export function App() {
  const session = useQuery(sessionQuery);
  if (session.data === null) return <SignedOut />;
  if (session.data === undefined) {
    return (
      <Center mih="100vh" p="md" component="main">
        {session.error ? <ProblemAlert error={session.error} retry={() => void session.refetch()} /> : <Loader aria-label="Loading" />}
      </Center>
    );
  }
  return (
    <Frame>
      <Screens />
    </Frame>
  );
}

function Screens() {
  const [path] = useLocation();
  return (
    <Crashed key={path}>
      <Suspense fallback={<Loading />}>
        <Switch>
          {SCREENS.map(([path, Screen]) => (
            <Route key={path} path={path}>
              <Screen />
            </Route>
          ))}
          <Route>
            <NotHere />
          </Route>
        </Switch>
      </Suspense>
    </Crashed>
  );
}
