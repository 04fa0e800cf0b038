import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, launch } from '../browser';
import { bundle, type Bundle } from './bundle';
import type { Report } from './page';

describe('a bundle of the core for browsers', () => {
  let core: Bundle;

  beforeAll(async () => {
    core = await bundle("export * from 'unrolled-core';");
  });

  it('asks for nothing, or a browser could not load it', () => {
    expect(core.missing).toEqual([]);
    const size = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
    console.log(
      `unrolled-core with tfjs: ${size(core.code.length)} minified, ${size(gzipSync(core.code).length)} gzipped; ` +
        `${size(core.ofCore)} minified are its own`,
    );
  });

  it('has of our house the core alone, and nothing of the native addon', () => {
    const ours = core.inputs.filter((path) => path.startsWith('lib/'));
    expect(ours.length).toBeGreaterThan(50);
    expect(ours.filter((path) => !path.startsWith('lib/core/dist/'))).toEqual([]);
    expect(core.inputs.filter((path) => path.includes('tfjs-node'))).toEqual([]);
  });

  it.each(['node:fs', 'path'])(
    'would be caught asking for %s, or the tests above say nothing',
    async (name) => {
      const { missing } = await bundle(`export * from 'unrolled-core'; export * from '${name}';`);
      expect(missing).toEqual([`<stdin>: ${name}`]);
    },
  );
});

describe.skipIf(!chromium)('in a browser, with tfjs alone,', () => {
  let report: Report;
  let server: Server;

  beforeAll(async () => {
    const { code } = await bundle("export * from './page';");
    server = createServer(({ url }, response) => {
      const script = url === '/page.js';
      response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
      response.end(script ? code : '<!doctype html><script src="page.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      report = await page.evaluate('bundled.useTheCore()');
    } finally {
      await browser.close();
    }
  });

  afterAll(() => server?.close());

  it('a highway net trains', () => {
    const { backend, losses } = report;
    expect(backend).toBe('cpu');
    expect(losses).toHaveLength(10);
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
  });

  it('a net saved and loaded has the same logits', () => {
    expect(report.loaded).toEqual(report.logits);
  });

  it('a lesion changes the logits, and a sweep over lesions scores them', () => {
    const { logits, lesioned, scores } = report;
    expect(lesioned).toHaveLength(logits.length);
    expect(lesioned).not.toEqual(logits);
    expect(scores).toHaveLength(5);
    const [whole, ...without] = scores.map(({ loss }) => loss);
    expect(whole).toBeGreaterThan(0);
    for (const loss of without) expect(Math.abs(loss - whole!)).toBeGreaterThan(1e-6);
  });
});
