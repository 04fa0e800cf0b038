import { createRequire } from 'node:module';
import { onTestFinished } from 'vitest';
import type { MimeBundle } from '../../lib/notebook/kernel';

/** A message as the kernel would send it. */
export interface Message {
  data: MimeBundle;
  transient: { display_id?: string };
  update: boolean;
}

/** Pretends, for the rest of a test, that a tslab kernel is running a cell; collects what it displays. */
export function fakeKernel(): Message[] {
  const { cache } = createRequire(import.meta.url);
  const path = '/kernel/node_modules/tslab/dist/jupyter.js';
  const messages: Message[] = [];
  const lastWriteDisplayData = (message: Omit<Message, 'update'>, update: boolean) =>
    messages.push({ ...message, update });
  cache[path] = { exports: { lastWriteDisplayData } } as unknown as NodeJS.Module;
  onTestFinished(() => {
    delete cache[path];
  });
  return messages;
}
