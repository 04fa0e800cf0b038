import { pathToFileURL } from 'node:url';
import { compileLibrary } from './compile.mjs';
import { registerKernel } from './jupyter.mjs';
import { alone } from './lock.mjs';
import { startLog } from './log.mjs';
import { buildNative } from './native.mjs';
import { installPackages } from './packages.mjs';
import { installPython } from './python.mjs';
import { explain, SetupError, step } from './step.mjs';

/** Does whatever of the set-up is not done yet. */
export async function setUp() {
  if (!nodeIsNewEnough()) {
    throw new SetupError(
      `This is Node ${process.versions.node}; the notebooks need 20.19 or newer. Install one from nodejs.org, or with your version manager.`,
    );
  }
  await alone(async () => {
    startLog();
    await step('npm packages', installPackages);
    await step('Python packages', installPython);
    await step('native addon', buildNative);
    await step('library', compileLibrary);
    await step('notebook kernel', registerKernel);
  });
}

/** Node 20.19 is the first that tfjs, the tests and the tools all run on. */
export function nodeIsNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await setUp().catch(explain);
