import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './house.mjs';
import { environment } from './python.mjs';

/** Puts the tslab kernel of this checkout, and JupyterLab's settings, into the Python environment. */
export async function registerKernel() {
  const { prefix } = environment();
  write(join(prefix, 'share', 'jupyter', 'kernels', 'tslab'), 'kernel.json', {
    argv: [
      process.execPath,
      join(root, 'node_modules', 'tslab', 'bin', 'tslab'),
      'kernel',
      '--config-path={connection_file}',
    ],
    display_name: 'TypeScript',
    language: 'typescript',
  });
  write(join(prefix, 'etc', 'jupyter', 'labconfig'), 'page_config.json', {
    disabledExtensions: { '@jupyterlab/apputils-extension:announcements': true },
  });
  return 'tslab, in the Python environment';
}

function write(
  /** @type {string} */ folder,
  /** @type {string} */ name,
  /** @type {unknown} */ content,
) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), JSON.stringify(content, null, 2) + '\n');
}
