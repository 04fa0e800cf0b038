import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './house.mjs';
import { environment, variables } from './python.mjs';
import { setUp } from './setup.mjs';
import { explain } from './step.mjs';

await setUp().catch(explain);

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const tests = spawn(
  process.execPath,
  [vitest, 'run', '--config', join('test', 'vitest.config.ts'), ...process.argv.slice(2)],
  { cwd: root, env: variables(environment()), stdio: 'inherit' },
);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => tests.kill(signal));
}
tests.on('exit', (code) => (process.exitCode = code ?? 1));
