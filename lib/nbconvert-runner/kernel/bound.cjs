'use strict';

/**
 * Loaded into the kernel's process before tslab (`node --require`), it binds the kernel's sockets one
 * after another and before any request is read. tslab binds all of them at once in other threads: a
 * request that came in over the first could not be answered over the others ("Socket is blocked by a
 * bind or unbind operation"), was lost, and left an error on stderr.
 */

const { whenLoaded } = require('./tslab.cjs');

whenLoaded(({ ZmqServer }) => {
  ZmqServer.prototype.bindSocket = async function (
    /** @type {import('./tslab.cjs').Socket} */ socket,
    /** @type {number} */ port,
  ) {
    const { transport, ip } = this.connInfo;
    socket.bindSync(`${transport}://${ip}:${port}`);
  };
});
