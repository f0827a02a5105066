import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Installation } from './installation.js';
import { type AgentOf, signIn } from './sign-in.js';

/** Where the README's pictures are. */
const PICTURES = resolve(import.meta.dirname, '..', '..', '..', 'docs', 'screenshots');

export interface VisitorOptions {
  width?: number;
  height?: number;
  dark?: boolean;
  /** Default: an owner. */
  as?: AgentOf;
}

/** Somebody at a browser who is signed in, and everything their browser complains about. */
export class Visitor {
  /** Console errors (a broken content security policy is one), and exceptions nobody caught. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async arrive(browser: Browser, installation: Installation, options: VisitorOptions = {}): Promise<Visitor> {
    const { width = 1280, height = 800, dark = false } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'Europe/London',
    });
    context.setDefaultTimeout(30_000);
    await signIn(context, installation, options.as);
    return new Visitor(context, await context.newPage(), installation.url);
  }

  /** Opens a screen and waits until its heading stands. */
  async open(path: string, heading: string | RegExp): Promise<void> {
    await this.page.goto(`${this.url}${path}`);
    await this.at(heading);
  }

  /** Waits until a screen of this heading shows its content. */
  async at(heading: string | RegExp): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await this.settled();
  }

  /** Waits until nothing on the screen is being read any more. */
  async settled(): Promise<void> {
    await this.page.locator('main [aria-busy="true"]').first().waitFor({ state: 'detached' });
  }

  /** What axe finds on the screen as it is, as one line for each element. */
  async barriers(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`));
  }

  /** Takes a picture of the screen for the README. */
  async picture(name: string): Promise<void> {
    mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`), animations: 'disabled' });
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
    const complaints = await visitor.leave().catch((complaints: Error) => complaints);
    throw complaints ? new Error(`${(error as Error).message}\n${complaints.message}`, { cause: error }) : error;
  }
  await visitor.leave();
}
