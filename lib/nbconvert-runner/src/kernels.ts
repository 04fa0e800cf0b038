import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The kernels that Jupyter knows, in a sentence. */
export async function listKernels(jupyter: string, env: NodeJS.ProcessEnv): Promise<string> {
  const list = promisify(execFile)(jupyter, ['kernelspec', 'list', '--json'], { env });
  const { stdout } = await list.catch(() => ({ stdout: '{"kernelspecs": {}}' }));
  const { kernelspecs } = JSON.parse(stdout) as { kernelspecs: Record<string, unknown> };
  const names = Object.keys(kernelspecs);
  return `Those installed for ${jupyter}: ${names.join(', ') || 'none'}.`;
}
