'use strict';

/**
 * Loaded into the kernel's process before tslab (`node --require`), it binds the kernel's sockets one
 * after another and before any request is read. tslab binds all of them at once in other threads: a
 * request that came in over the first could not be answered over the others ("Socket is blocked by a
 * bind or unbind operation"), was lost, and left an error on stderr.
 *
 * A socket that has sent 512 messages puts the next one off to a later turn of the event loop, and
 * refuses any other that comes before ("Socket is busy writing"). One that may not wait puts none off.
 * And it drops what a busy reader has not taken beyond 1,000 messages; one without that mark keeps all.
 */

const { whenLoaded } = require('./tslab.cjs');

whenLoaded(({ ZmqServer }) => {
  ZmqServer.prototype.bindSocket = async function (
    /** @type {import('./tslab.cjs').Socket} */ socket,
    /** @type {number} */ port,
  ) {
    const { transport, ip } = this.connInfo;
    socket.sendTimeout = 0;
    socket.sendHighWaterMark = 0;
    socket.bindSync(`${transport}://${ip}:${port}`);
  };
});
