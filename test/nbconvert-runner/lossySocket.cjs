'use strict';

/** Loaded into a kernel's process (`node --require`), it lets a socket lose what a cell says after much of it. */

const { Publisher } = require('zeromq');

const { send } = Publisher.prototype;
let count = 0;

Object.defineProperty(Publisher.prototype, 'send', {
  value(/** @type {(string | Buffer)[]} */ message) {
    const says = message.some((part) =>
      /"msg_type":"(stream|update_display_data)"/.test(`${part}`),
    );
    if (says && ++count > 1000) return Promise.resolve();
    return send.call(this, message);
  },
});
