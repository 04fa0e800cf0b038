import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { train } from './killable';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-kill-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the child to its end, or to the step after which it is killed; returns its lines. */
async function trainInChild(
  weights: string,
  checkpoint: string,
  killAt?: string,
): Promise<string[]> {
  const files = ['runSource.cjs', 'killable.ts'].map((name) => join(__dirname, name));
  const args = [...files, weights, checkpoint, ...(killAt ? [killAt] : [])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<string>((resolve) =>
    child.on('exit', (code, signal) => resolve(signal ?? String(code))),
  );
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === `step ${killAt}`) child.kill('SIGKILL');
  }
  expect(await exited).toBe(killAt ? 'SIGKILL' : '0');
  return lines;
}

it('a run killed twice with SIGKILL and resumed has the weights of an uninterrupted one, byte for byte', async () => {
  const uninterrupted: string[] = [];
  const whole = await train((line) => uninterrupted.push(line));

  const pieces = join(folder, 'weights');
  const checkpoint = join(folder, 'runs', 'run');
  await trainInChild(pieces, checkpoint, '40');
  const second = await trainInChild(pieces, checkpoint, '90');
  const third = await trainInChild(pieces, checkpoint);
  expect(second[0]).toBe('resume 33');
  expect(third[0]).toBe('resume 88');
  expect(third.slice(1)).toEqual(uninterrupted);
  expect(readFileSync(pieces).equals(whole)).toBe(true);
  expect(readdirSync(join(folder, 'runs'))).toEqual(['run']);
});
