import { Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { SCREENS } from './screens.js';
import { sessionQuery } from './session/session.js';
import { SignedOut } from './session/signed-out.js';
import { Frame } from './shell/frame.js';
import { NotHere } from './shell/not-here.js';
import { Crashed } from './states/crashed.js';
import { Loading } from './states/loading.js';
import { ProblemAlert } from './states/problem.js';

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
