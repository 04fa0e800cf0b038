'use strict';

/**
 * Loaded into the kernel's process before tslab (`node --require`), it keeps an account of what the
 * kernel really did: each cell's start, end, status and count, and every output it sent. What reaches
 * the notebook is less: nbconvert writes nothing after an error, the socket drops messages of a burst,
 * and the client drops what comes between two cells. One JSON record a line; src/account.ts reads them.
 */

const { appendFileSync } = require('node:fs');
const vm = require('node:vm');
const { isRunning } = require('../../machine/running.cjs');

/**
 * @type {{ account?: string, lastCell?: string, runner?: number, restore?: Record<string, string | null> }}
 */
const { account, lastCell, runner, restore } = JSON.parse(process.env['NBCONVERT_RUNNER'] ?? '{}');
const { setTimeout, setImmediate, setInterval } = globalThis;
const settleFor = { least: 100, most: 2000 };

/** @typedef {import('./tslab.cjs').Content} Content */
/** @typedef {import('./tslab.cjs').Handler} Handler */

let runs = 0;
/** @type {string[]} */
let lines = [];
/** @type {string[]} */
let restingResources = [];

/** @param {Content} record */
function note(record) {
  lines.push(`${JSON.stringify({ ...record, at: Date.now() })}\n`);
  if (lines.length === 1) setImmediate(flush).unref();
}

function flush() {
  if (account && lines.length > 0) appendFileSync(account, lines.join(''));
  lines = [];
}

/** What keeps the event loop alive (timers, requests), beyond what the idle kernel needs. */
function pending() {
  const resting = [...restingResources];
  return process.getActiveResourcesInfo().filter((name) => {
    if (name === 'FSEventWrap') return false;
    const index = resting.indexOf(name);
    if (index < 0) return true;
    resting.splice(index, 1);
    return false;
  });
}

/** Waits for what the notebook left running, so that its errors come while someone listens. */
async function settle() {
  const start = Date.now();
  const elapsed = () => Date.now() - start;
  do {
    await new Promise((resolve) => setTimeout(resolve, 20));
  } while (elapsed() < settleFor.least || (pending().length > 0 && elapsed() < settleFor.most));
  note({ type: 'settled', pending: pending() });
  flush();
}

/** @param {Handler} handler */
function keepAccount({ prototype }) {
  const { handleExecute } = prototype;
  prototype.handleExecute = async function (request, stream, display) {
    if (request.code === lastCell) {
      await settle();
      return { status: 'ok', execution_count: runs + 1 };
    }
    if (runs === 0) restingResources = process.getActiveResourcesInfo();
    const run = ++runs;
    note({ type: 'start', run, code: request.code });
    flush();
    const reply = await handleExecute.call(
      this,
      request,
      (name, text) => {
        note({ type: 'stream', run, name, text });
        stream(name, text);
      },
      (content, update) => {
        note({ type: 'display', run, update, content });
        display(content, update);
      },
    );
    note({ type: 'end', run, status: reply.status, count: reply.execution_count });
    flush();
    return reply;
  };
}

/** Cells carry their number as file name, so that a stack names the cell its code stands in. */
function nameCells() {
  const { runInThisContext } = vm;
  vm.runInThisContext = (code, options) => {
    if (typeof options !== 'object' || !options.breakOnSigint) {
      return runInThisContext.call(vm, code, options);
    }
    note({ type: 'compiled', run: runs, code });
    return runInThisContext.call(vm, code, { ...options, filename: `In [${runs}]` });
  };
}

function install() {
  require('./bound.cjs');
  require('./tslab.cjs').whenLoaded(({ JupyterHandlerImpl }) => {
    keepAccount(JupyterHandlerImpl);
    nameCells();
    forgetEnvironment();
  });
  note({ type: 'process', pid: process.pid });
  flush();
  process.on('exit', (code) => {
    note({ type: 'exit', code });
    flush();
  });
  setInterval(leaveWithRunner, 1000).unref();
}

/** A runner that was killed can't stop its kernel. */
function leaveWithRunner() {
  if (runner && !isRunning(runner)) process.exit();
}

/** The notebook and its child processes see the environment they would see without an account. */
function forgetEnvironment() {
  delete process.env['NBCONVERT_RUNNER'];
  for (const [name, value] of Object.entries(restore ?? {})) {
    if (value === null) delete process.env[name];
    else process.env[name] = value;
  }
}

if (account) install();
