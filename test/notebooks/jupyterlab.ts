import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A running `npm start`. */
export interface Lab {
  /** The address of the server, token included. */
  url: URL;
  stop(): Promise<void>;
}

/** Runs `npm start` without a browser of its own; nothing it does is written into the notebooks. */
export async function startLab(env: NodeJS.ProcessEnv): Promise<Lab> {
  const lab = spawn(process.execPath, ['lib/setup/start.mjs', '--no-browser'], {
    env: {
      ...process.env,
      ...env,
      JUPYTER_CONFIG_DIR: mkdtempSync(join(tmpdir(), 'unrolled-lab-')),
      JUPYTER_RUNTIME_DIR: mkdtempSync(join(tmpdir(), 'unrolled-lab-')),
      JUPYTERLAB_SETTINGS_DIR: settings({
        '@jupyterlab/docmanager-extension/plugin': { autosave: false },
        '@jupyterlab/notebook-extension/tracker': { windowingMode: 'none' },
      }),
    },
    detached: true,
  });
  const url = await announcedAddress(lab);
  return { url, stop: () => stop(lab) };
}

function announcedAddress(lab: ChildProcess): Promise<URL> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const address = /http:\/\/127\.0\.0\.1:\d+\/lab\/tree\/00_start_here\.ipynb\?token=\w+/.exec(
        output,
      );
      if (address) resolve(new URL(address[0]));
    };
    lab.stdout?.on('data', read);
    lab.stderr?.on('data', read);
    lab.on('exit', (code) => reject(new Error(`npm start ended with code ${code}:\n${output}`)));
  });
}

function stop(lab: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    lab.on('exit', () => resolve());
    process.kill(-lab.pid!, 'SIGTERM');
  });
}

/** JupyterLab's user settings, in a folder of their own. */
function settings(plugins: Record<string, object>): string {
  const folder = mkdtempSync(join(tmpdir(), 'unrolled-lab-'));
  for (const [plugin, values] of Object.entries(plugins)) {
    const file = join(folder, `${plugin}.jupyterlab-settings`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(values));
  }
  return folder;
}
