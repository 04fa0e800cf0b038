'use strict';

/** The way to change tslab's kernel before it starts, for a file that is loaded by `node --require`. */

const Module = require('node:module');

/** @typedef {{ [name: string]: unknown }} Content */
/** @typedef {(name: string, text: string) => void} WriteStream */
/** @typedef {(content: Content, update: boolean) => void} WriteDisplay */
/** @typedef {{ status: string, execution_count?: number }} Reply */
/** @typedef {(request: { code: string }, stream: WriteStream, display: WriteDisplay) => Promise<Reply>} Execute */
/** @typedef {{ prototype: { handleExecute: Execute } }} Handler */
/** @typedef {{ sendTimeout: number, sendHighWaterMark: number, bindSync(address: string): void }} Socket */
/** @typedef {{ connInfo: { transport: string, ip: string }, bindSocket(socket: Socket, port: number): Promise<void> }} Server */
/** @typedef {{ JupyterHandlerImpl: Handler, ZmqServer: { prototype: Server } }} Tslab */

/** @type {((tslab: Tslab) => void)[]} */
const changes = [];

const modules = /** @type {{ _load: (...args: unknown[]) => unknown }} */ (
  /** @type {unknown} */ (Module)
);
const load = modules._load;
modules._load = function (/** @type {unknown[]} */ ...args) {
  const exports = /** @type {Tslab | null} */ (load.apply(this, args));
  if (exports?.JupyterHandlerImpl) {
    modules._load = load;
    for (const change of changes) change(exports);
  }
  return exports;
};

/** Calls `change` once, with tslab's `dist/jupyter.js`, when the kernel loads it. */
exports.whenLoaded = (/** @type {(tslab: Tslab) => void} */ change) => void changes.push(change);
