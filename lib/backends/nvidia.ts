import { execFileSync } from 'node:child_process';

/** The NVIDIA GPU and its driver, as the driver's own tool names them. */
export function nvidiaCard(): string {
  const query = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
  try {
    const [first = ''] = execFileSync('nvidia-smi', query, {
      encoding: 'utf8',
      stdio: 'pipe',
    }).split('\n');
    const [name, driver] = first.split(', ');
    return `${name} (driver ${driver})`;
  } catch {
    return 'a CUDA GPU';
  }
}
