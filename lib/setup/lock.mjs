import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import machine from '../machine/index.cjs';
import { scratch } from './house.mjs';

const lock = join(scratch, 'setup.lock');
const beat = 5_000;
/** A lock without a sign of life for so long is nobody's, whoever has its process number now. */
const patience = 60_000;

/**
 * Does `work` while no other process does such work on this checkout, and waits for one that does. Where no
 * lock can be written, nothing else can be either.
 *
 * @param {() => Promise<void>} work
 */
export async function alone(work) {
  const owned = await acquire();
  const alive = setInterval(() => owned && utimesSync(lock, new Date(), new Date()), beat).unref();
  try {
    await work();
  } finally {
    clearInterval(alive);
    if (owned) rmSync(lock, { force: true });
  }
}

async function acquire() {
  try {
    mkdirSync(scratch, { recursive: true });
  } catch {
    return false;
  }
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') return false;
    }
    const owner = ownerOf(lock);
    if (owner.gone) {
      takeAway(owner.pid);
      continue;
    }
    if (!waited) console.log(`Process ${owner.pid} is setting up this checkout; waiting for it.`);
    await sleep(200);
  }
}

function ownerOf(/** @type {string} */ file) {
  try {
    const pid = readFileSync(file, 'utf8');
    const silent = Date.now() - statSync(file).mtimeMs;
    return { pid, gone: silent > patience || (pid !== '' && !machine.isRunning(Number(pid))) };
  } catch {
    return { pid: '', gone: false };
  }
}

/** Removes the lock of a process that is gone, unless somebody else has done so and locked anew. */
function takeAway(/** @type {string} */ pid) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (ownerOf(aside).pid === pid) rmSync(aside, { force: true });
    else renameSync(aside, lock);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
}
