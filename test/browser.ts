import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium as playwright, type BrowserContext } from 'playwright-core';

/** A browser of this machine, if it has one; CHROMIUM names another. */
export const chromium = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path && existsSync(path));

/** Starts {@link chromium} without a window, with nothing left from another run. */
export function launch(): Promise<BrowserContext> {
  return playwright.launchPersistentContext(mkdtempSync(join(tmpdir(), 'unrolled-browser-')), {
    executablePath: chromium!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    viewport: { width: 1280, height: 1600 },
  });
}
