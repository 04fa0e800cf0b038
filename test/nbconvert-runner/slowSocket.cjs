'use strict';

/** Loaded into a kernel's process (`node --require`), it makes a socket as slow to bind as on a busy machine. */

const { setTimeout } = require('node:timers/promises');
const { Publisher } = require('zeromq');

const { bind, send } = Publisher.prototype;
let blocked = false;

Object.defineProperties(Publisher.prototype, {
  bind: {
    async value(/** @type {string} */ address) {
      blocked = true;
      await setTimeout(1500);
      await bind.call(this, address);
      blocked = false;
    },
  },
  send: {
    value(/** @type {string[]} */ message) {
      if (blocked) throw new Error('Socket is blocked by a bind or unbind operation');
      return send.call(this, message);
    },
  },
});
