import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where a Chromium may be; CHROMIUM names another. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts a Chromium without a window. @param args More of its switches. @throws Error saying how to get one. */
export async function startBrowser(args: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? PLACES.find(existsSync);
  if (executablePath === undefined)
    throw new Error('There is no Chromium here. Install one (Debian: apt install chromium), or name it in CHROMIUM.');
  // Without its sandbox it also runs as root in a container; it only ever visits this machine.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--force-prefers-reduced-motion', ...args] });
}
