import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './page.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { watchAttention } from './api/attention.js';
import { queryClient } from './api/query-client.js';
import { App } from './app.js';
import { loadAhead, watchLinks } from './screens.js';
import { sessionQuery } from './session/session.js';
import { rememberedColours } from './shell/remembered.js';
import { readableColours, theme } from './theme.js';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
// Where a library that Mantine's dialogs use looks for it.
Object.assign(globalThis, { __webpack_nonce__: nonce });

// What will be needed at once is asked for while the page is being built.
loadAhead(window.location.pathname);
void queryClient.prefetchQuery(sessionQuery);
watchLinks();
watchAttention();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readableColours}
      colorSchemeManager={rememberedColours}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" />
        <App />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
