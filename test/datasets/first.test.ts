import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadFirstAvailable } from '../../lib/datasets';
import { selectBackend } from '../../lib/backends';

beforeAll(() => selectBackend());
afterEach(() => void vi.unstubAllEnvs());

describe('loadFirstAvailable', () => {
  it('goes on to the next set when one is damaged, and says so in the source', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unrolled-data-'));
    mkdirSync(join(folder, 'mnist'));
    writeFileSync(join(folder, 'mnist', 't10k-images-idx3-ubyte.gz'), 'damaged');
    writeFileSync(join(folder, 'mnist', 't10k-labels-idx1-ubyte.gz'), 'damaged');
    vi.stubEnv('UNROLLED_DATA', folder);
    const data = await loadFirstAvailable(['mnist-10k', 'glyphs'], { train: 10, test: 10 });
    expect(data.name).toBe('glyphs');
    expect(data.source).toContain('(no mnist-10k: ');
    data.dispose();
    rmSync(folder, { recursive: true });
  });

  it('does not take a misspelt name for a set that cannot be had', async () => {
    await expect(loadFirstAvailable(['glyfs', 'glyphs'])).rejects.toThrow('"glyfs"');
  });
});
