import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';

const script = `
  const before = process.cpuUsage();
  require('unrolled-core');
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds: (user + system) / 1e6, files: Object.keys(require.cache) }));
`;

/** Processor time of an import in a fresh process, and the files it loads. */
interface Import {
  seconds: number;
  files: string[];
}

describe("require('unrolled-core')", () => {
  let imports: Import[];

  beforeAll(() => {
    imports = [1, 2, 3].map(() => {
      const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
      return JSON.parse(stdout) as Import;
    });
  });

  it('takes less than half a second of a processor, or scripts start late', () => {
    const [, median] = imports.map(({ seconds }) => seconds).sort((a, b) => a - b);
    expect(median).toBeLessThan(0.5);
  });

  it('loads neither the native addon nor what works with it', () => {
    const { files } = imports[0]!;
    const normal = files.map((file) => file.replaceAll('\\', '/'));
    expect(normal.filter((file) => file.includes('/lib/core/dist/')).length).toBeGreaterThan(50);
    expect(normal.filter((file) => /tfjs-node|\/lib\/(dist\/)?backends\//.test(file))).toEqual([]);
  });
});
