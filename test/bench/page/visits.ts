import type { Browser, BrowserContext, Page } from 'playwright-core';
import { SessionStore } from '../../../src/auth/session-store.js';
import type { Installation } from '../installation.js';
import type { ScreenToSee } from './screens.js';
import { timeUntil } from './watch.js';

/** Visits to a page by somebody who has never been there: nothing is in the browser's cache. */
export class Visits {
  constructor(
    private readonly browser: Browser,
    private readonly installation: Installation,
  ) {}

  /** Milliseconds from the click to the screen's content. @throws Error when it did not show what it should, or the page stumbled. */
  screen({ from, menu, click, shows }: ScreenToSee): Promise<number> {
    return this.visit(async (page, url) => {
      await page.goto(`${url}${from}`, { waitUntil: 'commit' });
      if (!click) return timeUntil(page, shows);
      await page.waitForLoadState('networkidle');
      await page.locator('main [aria-busy="true"]').first().waitFor({ state: 'detached' });
      await menu?.(page).click();
      return timeUntil(page, shows, () => click(page).click());
    });
  }

  /** Bytes that the first load took off the network, headers and all, until nothing more was loaded. */
  firstLoad({ from, shows }: ScreenToSee): Promise<number> {
    return this.visit(async (page, url) => {
      const devtools = await page.context().newCDPSession(page);
      let bytes = 0;
      devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
      await devtools.send('Network.enable');
      await page.goto(`${url}${from}`, { waitUntil: 'commit' });
      await timeUntil(page, shows);
      await page.waitForLoadState('networkidle');
      return bytes;
    });
  }

  private async visit<T>(what: (page: Page, url: string) => Promise<T>): Promise<T> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    try {
      const url = await this.installation.address();
      const session = await this.signIn(context, url);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      const came = await what(page, url);
      await this.installation.dataSource.query('UPDATE sessions SET ended_at = now() WHERE id = $1', [session]);
      if (complaints.length > 0) throw new Error(`The page stumbled: ${complaints.join(' ')}`);
      return came;
    } finally {
      await context.close();
    }
  }

  private async signIn(context: BrowserContext, url: string): Promise<string> {
    const { value, id } = await new SessionStore(this.installation.dataSource).begin({ via: 'link', name: 'bench' });
    await context.addCookies([{ name: 'isthmus', value, url, httpOnly: true, sameSite: 'Lax' }]);
    return id;
  }
}
