import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, launch } from '../browser';
import { startLab, type Lab } from './jupyterlab';

interface Notebook {
  cells: { cell_type: string }[];
  metadata: { unrolled: { claims: string[] } };
}

const name = '01_gate_dynamics.ipynb';
const notebook = JSON.parse(readFileSync(join('notebooks', name), 'utf8')) as Notebook;
const codeCells = notebook.cells.filter((cell) => cell.cell_type === 'code').length;

describe.skipIf(!chromium)('npm start, Run All in a browser', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({ PROFILE: 'smoke' });
  });

  afterAll(() => lab.stop());

  it('runs every cell without an error, shows every claim and draws the figures', async () => {
    const browser = await launch();
    const page = await browser.newPage();
    const { origin, searchParams } = lab.url;
    await page.goto(`${origin}/lab/tree/${name}?token=${searchParams.get('token')}`);
    await runAll(page);
    const outputs = page.locator('.jp-OutputArea-output');
    expect(await page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count()).toBe(0);
    const text = (await outputs.allInnerTexts()).join('\n');
    for (const claim of notebook.metadata.unrolled.claims) expect(text).toContain(claim);
    expect(await page.locator('.js-plotly-plot .main-svg').count()).toBeGreaterThan(0);
    await page.locator('.js-plotly-plot').nth(1).scrollIntoViewIfNeeded();
    mkdirSync('.unrolled', { recursive: true });
    await page.screenshot({ path: '.unrolled/jupyterlab.png' });
    await browser.close();
  }, 660_000);
});

/** Unfolds the cells, whose numbers are hidden else, clears what the notebook was committed with, clicks Run All Cells, waits until each cell has its number. */
async function runAll(page: Page): Promise<void> {
  await page
    .locator('.jp-CodeCell')
    .nth(codeCells - 1)
    .waitFor({ timeout: 120_000 });
  await page.getByText('TypeScript | Idle').waitFor({ timeout: 120_000 });
  await choose(page, 'View', 'Expand All Code');
  await choose(page, 'Edit', 'Clear Outputs of All Cells');
  await untilNumbered(page, 0);
  await choose(page, 'Run', 'Run All Cells');
  await untilNumbered(page, codeCells);
}

async function choose(page: Page, menu: string, item: string): Promise<void> {
  await page.getByRole('menuitem', { name: menu, exact: true }).click();
  await page.getByText(item, { exact: true }).click();
}

/** Waits until just `count` code cells have been executed. */
async function untilNumbered(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (count) => {
      const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
      return prompts.filter(({ textContent }) => /\[\d+\]/.test(textContent)).length === count;
    },
    count,
    { timeout: 540_000 },
  );
}
