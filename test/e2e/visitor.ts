import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import type { Installation } from './installation.js';
import { PICTURES, type PictureName } from './pictures.js';
import { type AgentOf, signIn } from './sign-in.js';

/** Where the README's pictures are. */
const FOLDER = resolve(import.meta.dirname, '..', '..', '..', 'docs', 'screenshots');

/** Every rule of WCAG 2.2 A and AA and of good practice. What holds is not listed: that is what takes axe its time. */
const AXE: axe.RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  resultTypes: ['violations'],
  iframes: false,
};

/** Waits for what fades in or out; what turns for ever is left out. */
const STILL = `Promise.allSettled(
  document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished))`;

export interface VisitorOptions {
  width?: number;
  height?: number;
  /** Default: an owner. */
  as?: AgentOf | 'nobody';
}

/** Somebody at a browser who is signed in, and everything their browser complains about. */
export class Visitor {
  /** Console errors (a broken content security policy is one), and exceptions nobody caught. */
  readonly complaints: string[] = [];
  /** Where Isthmus is seen: the page, or a frame of it. */
  private screen: Page | FrameLocator;

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {
    this.screen = page;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async arrive(browser: Browser, installation: Installation, options: VisitorOptions = {}): Promise<Visitor> {
    const { width = 1280, height = 800 } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: 'light',
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'Europe/London',
      // A test's own service behind https has a certificate that nobody vouches for.
      ignoreHTTPSErrors: true,
    });
    context.setDefaultTimeout(30_000);
    if (options.as !== 'nobody') await signIn(context, installation, options.as);
    return new Visitor(context, await context.newPage(), installation.url);
  }

  /** Opens a screen and waits until its heading stands. */
  async open(path: string, heading: string | RegExp): Promise<void> {
    await this.page.goto(`${this.url}${path}`);
    await this.at(heading);
  }

  /** Opens a page of another site, and looks at Isthmus in its frame from then on. */
  async openFramed(url: string): Promise<FrameLocator> {
    const frame = this.page.frameLocator('iframe');
    this.screen = frame;
    await this.page.goto(url);
    return frame;
  }

  /** Waits until a screen of this heading shows its content. */
  async at(heading: string | RegExp): Promise<void> {
    await this.screen.getByRole('heading', { level: 1, name: heading }).waitFor();
    await this.settled();
  }

  /** Waits until nothing on the screen is being read any more. */
  async settled(): Promise<void> {
    await this.screen.locator('main [aria-busy="true"]').first().waitFor({ state: 'detached' });
  }

  /** What axe finds on the screen as it is, light and dark, as one line for each element. */
  async barriers(): Promise<string[]> {
    const dark = await this.inTheDark(() => this.barriersNow());
    return [...(await this.barriersNow()), ...dark.map((line) => `In the dark: ${line}`)];
  }

  private async barriersNow(): Promise<string[]> {
    const frame = this.screen === this.page ? this.page.mainFrame() : this.page.frames()[1]!;
    if (await frame.evaluate<boolean>('!("axe" in window)')) await frame.evaluate(axe.source);
    await frame.evaluate(STILL);
    const { violations } = await frame.evaluate<axe.AxeResults>(`axe.run(document, ${JSON.stringify(AXE)})`);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`));
  }

  private async inTheDark<T>(act: () => Promise<T>): Promise<T> {
    await this.prefer('dark');
    const result = await act();
    await this.prefer('light');
    return result;
  }

  /** Prefers light or dark, and waits until the page follows. */
  private async prefer(look: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMedia({ colorScheme: look });
    // Pages of the sign-in have no scheme of their own to be waited for.
    await this.screen
      .locator(`html:not([data-mantine-color-scheme]), html[data-mantine-color-scheme="${look}"]`)
      .waitFor({ state: 'attached' });
  }

  /** Takes away what the browser itself says of calls that were rightly answered so. */
  forgive(...statuses: number[]): void {
    const left = this.complaints.filter((complaint) => !statuses.some((status) => complaint.includes(`status of ${status} `)));
    this.complaints.splice(0, Infinity, ...left);
  }

  /** Takes a picture for the README's guide. @param of Default: what is in view. */
  async picture(name: PictureName, of: Page | Locator = this.page): Promise<void> {
    mkdirSync(FOLDER, { recursive: true });
    const take = (file: string) => of.screenshot({ path: join(FOLDER, `${file}.png`), animations: 'disabled' });
    await take(name);
    if (PICTURES[name] === 'both') await this.inTheDark(() => take(`${name}-dark`));
  }

  /** What stands on the screen, for whoever reads why a test failed. */
  async seen(): Promise<string> {
    const frames = await Promise.all(
      this.page.frames().map(async (frame) => {
        const text = await frame.evaluate<string>('document.body.innerText').catch(() => '(cannot be read)');
        return `At ${frame.url()} stood:\n${text.slice(0, 2000)}`;
      }),
    );
    return frames.join('\n');
  }

  /** Ends the visit. @throws Error with what the browser complained about. */
  async leave(): Promise<void> {
    await this.context.close();
    if (this.complaints.length > 0) throw new Error(`The browser complained:\n${this.complaints.join('\n')}`);
  }
}

/** One visit, from arriving to leaving, which fails when the browser had to complain. */
export async function visit(
  browser: Browser,
  installation: Installation,
  what: (visitor: Visitor) => Promise<void>,
  options: VisitorOptions = {},
): Promise<void> {
  const visitor = await Visitor.arrive(browser, installation, options);
  try {
    await what(visitor);
  } catch (error) {
    const seen = await visitor.seen();
    const complaints = await visitor.leave().catch((complaints: Error) => complaints);
    throw new Error([(error as Error).message, complaints?.message, seen].filter(Boolean).join('\n'), { cause: error });
  }
  await visitor.leave();
}
