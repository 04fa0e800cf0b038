import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isRunning } from 'unrolled-machine';
import { bareCheckout, call, start } from './checkouts';

/** Work that notes its start and its end. */
const work = `
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { alone } from './lib/setup/lock.mjs';
await alone(async () => {
  appendFileSync('order', 'start ');
  await sleep(300);
  appendFileSync('order', 'end ');
});`;

const order = (checkout: string) => readFileSync(join(checkout, 'order'), 'utf8').trim();

function locked(checkout: string, pid: string): string {
  mkdirSync(join(checkout, '.unrolled'));
  const lock = join(checkout, '.unrolled', 'setup.lock');
  writeFileSync(lock, pid);
  return lock;
}

const deadProcess = () => {
  const { pid } = call(bareCheckout(), '');
  expect(isRunning(pid)).toBe(false);
  return String(pid);
};

it('two set-ups of a checkout take turns, and the second says whom it waits for', async () => {
  const checkout = bareCheckout();
  const outputs = await Promise.all([1, 2, 3].map(() => start(checkout, work)));
  expect(order(checkout)).toBe('start end start end start end');
  expect(outputs.join('')).toMatch(/Process \d+ is setting up this checkout; waiting for it/);
});

it('the lock of a process that was killed stops nobody', () => {
  const checkout = bareCheckout();
  locked(checkout, deadProcess());
  call(checkout, work);
  expect(order(checkout)).toBe('start end');
});

it('one of those who find such a lock at once has it, not two', async () => {
  const checkout = bareCheckout();
  locked(checkout, deadProcess());
  await Promise.all([1, 2, 3, 4].map(() => start(checkout, work)));
  expect(order(checkout)).toBe(Array(4).fill('start end').join(' '));
});

it('a lock without a sign of life stops nobody, though another process has its number now', () => {
  const checkout = bareCheckout();
  const lock = locked(checkout, String(process.pid));
  const longAgo = new Date(Date.now() - 120_000);
  utimesSync(lock, longAgo, longAgo);
  call(checkout, work);
  expect(order(checkout)).toBe('start end');
});

it('a lock is given back when the work fails', () => {
  const checkout = bareCheckout();
  call(checkout, work.replace("'end '", 'undefined'));
  rmSync(join(checkout, 'order'));
  call(checkout, work);
  expect(order(checkout)).toBe('start end');
});

it('a process of another user is running', () => {
  expect(isRunning(1)).toBe(true);
  expect(isRunning(process.pid)).toBe(true);
});
