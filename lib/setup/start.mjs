import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './house.mjs';
import { environment, variables } from './python.mjs';
import { setUp } from './setup.mjs';
import { explain } from './step.mjs';

await setUp().catch(explain);

const env = environment();
const lab = spawn(
  env.program('jupyter-lab'),
  [
    `--ServerApp.root_dir=${join(root, 'notebooks')}`,
    '--ServerApp.ip=127.0.0.1',
    '--LabApp.default_url=/lab/tree/00_start_here.ipynb',
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
    ...process.argv.slice(2),
  ],
  { cwd: root, env: variables(env), stdio: 'inherit' },
);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => lab.kill(signal));
}
lab.on('error', (error) => {
  console.error(`JupyterLab did not start: ${error.message}. Run "npm run doctor".`);
  process.exitCode = 1;
});
lab.on('exit', (code) => (process.exitCode = code ?? 0));
