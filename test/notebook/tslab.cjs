// A tslab kernel without Jupyter: reads { cells, run } from stdin, works in the current folder, and
// writes to file descriptor 3 what the kernel would say. With `run` it executes the cells too.
const { readFileSync, writeFileSync } = require('node:fs');
const { createConverter } = require('tslab/dist/converter');
const { createExecutor } = require('tslab/dist/executor');
const { JupyterHandlerImpl } = require('tslab/dist/jupyter');

/** @type {{ cells: string[], run?: boolean }} */
const { cells, run } = JSON.parse(readFileSync(0, 'utf8'));
const node = createConverter({ isJS: false, isBrowser: false });

/** The compiler's complaints about the first cell that has any; the kernel stops there. */
function check() {
  let declarations = '';
  for (const [cell, source] of cells.entries()) {
    const { diagnostics, declOutput } = node.convert(declarations, source);
    if (diagnostics.length > 0) {
      return diagnostics.map(({ start, messageText }) => ({
        cell,
        line: start.line + 1,
        message: messageText,
      }));
    }
    declarations = declOutput ?? '';
  }
  return [];
}

async function execute() {
  const executor = createExecutor(process.cwd(), { node, browser: node, close() {} }, console);
  const handler = new JupyterHandlerImpl(executor, false);
  const results = [];
  for (const code of cells) {
    /** @type {object[]} */
    const outputs = [];
    const { status } = await handler.handleExecute(
      { code, silent: false, store_history: true, user_expressions: {} },
      (name, text) => outputs.push({ name, text }),
      (message, update) => outputs.push({ ...message, update }),
    );
    results.push({ status, outputs });
  }
  return results;
}

(async () => {
  writeFileSync(3, JSON.stringify(run ? await execute() : check()));
  node.close();
})();
