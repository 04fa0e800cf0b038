'use strict';

/**
 * Whether a process of this number is running, of whichever user.
 *
 * @param {number} pid
 */
exports.isRunning = function (pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
};
