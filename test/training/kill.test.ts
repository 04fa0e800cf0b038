import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { train, type Kind } from './killable';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-kill-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the child to its end, or to the step after which it is killed; returns its lines. */
async function trainInChild(
  kind: Kind,
  weights: string,
  checkpoint: string,
  killAt?: string,
): Promise<string[]> {
  const files = ['runSource.cjs', 'killable.ts'].map((name) => join(__dirname, name));
  const args = [...files, kind, weights, checkpoint, ...(killAt ? [killAt] : [])];
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

it.each<Kind>(['dense', 'convolutional'])(
  'a %s net killed three times with SIGKILL and resumed has the weights of an undisturbed one, byte for byte',
  async (kind) => {
    const undisturbed: string[] = [];
    const whole = await train(kind, (line) => undisturbed.push(line));

    const pieces = join(folder, `${kind}-weights`);
    const checkpoint = join(folder, kind, 'run');
    await trainInChild(kind, pieces, checkpoint, '14');
    const second = await trainInChild(kind, pieces, checkpoint, '40');
    const third = await trainInChild(kind, pieces, checkpoint, '90');
    const fourth = await trainInChild(kind, pieces, checkpoint);
    expect([second, third, fourth].map(([resumed]) => resumed)).toEqual([
      'resume 11',
      'resume 33',
      'resume 88',
    ]);
    expect(fourth.slice(1)).toEqual(undisturbed);
    expect(readFileSync(pieces).equals(whole)).toBe(true);
    expect(readdirSync(join(folder, kind))).toEqual(['run']);
  },
);
