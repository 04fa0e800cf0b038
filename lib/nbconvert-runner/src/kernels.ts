import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The kernels that Jupyter knows, in a sentence. */
export async function listKernels(jupyter: string, env: NodeJS.ProcessEnv): Promise<string> {
  const list = promisify(execFile)(jupyter, ['kernelspec', 'list', '--json'], { env });
  const { stdout } = await list.catch(() => ({ stdout: '' }));
  const names = namesIn(stdout);
  return `Those installed for ${jupyter}: ${names.join(', ') || 'none'}.`;
}

function namesIn(json: string): string[] {
  try {
    const { kernelspecs } = JSON.parse(json) as { kernelspecs: Record<string, unknown> };
    return Object.keys(kernelspecs);
  } catch {
    return [];
  }
}
