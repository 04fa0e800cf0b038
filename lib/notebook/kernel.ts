import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';

/** One output in several formats, by MIME type; the front end shows the richest it knows. */
export interface MimeBundle {
  'text/plain': string;
  [type: string]: unknown;
}

/** Puts an output under the running cell, or updates the one with the same id. */
export type Display = (data: MimeBundle, id?: string, update?: boolean) => void;

type WriteDisplayData = (
  message: { data: MimeBundle; metadata: object; transient: { display_id?: string } },
  update: boolean,
) => void;

const { cache } = createRequire(__filename);
const tslabModule = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/;

/** Whether this process is a tslab kernel. */
export function isKernel(): boolean {
  return Object.keys(cache).some((path) => tslabModule.test(path));
}

/**
 * What writes outputs under the cell that runs now, or undefined outside a tslab kernel.
 *
 * The kernel is found among the loaded modules by the one that has a cell running: the tslab that
 * started this process need not be the one that `require('tslab')` would load here.
 */
export function kernelDisplay(): Display | undefined {
  for (const [path, module] of Object.entries(cache)) {
    if (!tslabModule.test(path)) continue;
    const write = (module?.exports as { lastWriteDisplayData?: WriteDisplayData | null })
      .lastWriteDisplayData;
    if (write) {
      return (data, id, update = false) =>
        write({ data, metadata: {}, transient: id ? { display_id: id } : {} }, update);
    }
  }
  return undefined;
}

/** Like {@link kernelDisplay}; outside a kernel it prints the text alternative to stdout. */
export function display(): Display {
  return kernelDisplay() ?? ((data) => void process.stdout.write(`${data['text/plain']}\n`));
}

/** Lets the kernel send what was displayed; hundreds of messages in one turn would be lost. */
export async function flush(): Promise<void> {
  await setImmediate();
}
