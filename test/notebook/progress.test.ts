import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { progress } from '../../lib/notebook';
import { fakeKernel } from './fakeKernel';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function run(steps: number, milliseconds: number) {
  const messages = fakeKernel();
  const bar = progress('training', steps);
  for (let i = 0; i < steps; i++) {
    vi.advanceTimersByTime(milliseconds);
    await bar.advance();
  }
  const texts = messages.map(({ data }) => data['text/plain']);
  return { bar, messages, texts };
}

test('a run of 10 seconds updates one output at most four times a second', async () => {
  const { messages } = await run(1000, 10);
  expect(messages.length).toBeGreaterThan(20);
  expect(messages.length).toBeLessThanOrEqual(42);
  expect(new Set(messages.map(({ transient }) => transient.display_id)).size).toBe(1);
  expect(messages.map(({ update }) => update)).toEqual(messages.map((_, i) => i > 0));
});

test('while it runs it says what is done, the time elapsed and the time left', async () => {
  const { texts } = await run(90, 1000);
  expect(texts[0]).toBe('training ░░░░░░░░░░░░░░░░░░░░ 0 of 90');
  expect(texts[18]).toBe('training ████░░░░░░░░░░░░░░░░ 18 of 90 · 18 s, about 1 min 12 s left');
});

test('the last state has no timings, so two runs of different speed end alike', async () => {
  const slow = await run(30, 700);
  const fast = await run(30, 1);
  expect(slow.texts.at(-1)).toBe('training: 30 of 30');
  expect(fast.texts.at(-1)).toBe('training: 30 of 30');
  fast.bar.done('trained 3 nets, 10 steps each');
  expect(fast.messages.at(-1)!.data['text/plain']).toBe('trained 3 nets, 10 steps each');
});

test('nothing after the end brings the timings back', async () => {
  const { bar, messages } = await run(3, 1000);
  vi.advanceTimersByTime(1000);
  await bar.advance();
  expect(messages.at(-1)!.data['text/plain']).toBe('training: 3 of 3');
});

test('advance returns to the event loop when it displays, so that the message is sent', async () => {
  fakeKernel();
  const bar = progress('training', 9);
  let sent = false;
  setImmediate(() => (sent = true));
  vi.advanceTimersByTime(1000);
  await bar.advance();
  expect(sent).toBe(true);
});

test('outside a kernel only the final words are printed', async () => {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const bar = progress('training', 2);
  vi.advanceTimersByTime(1000);
  await bar.advance(2);
  expect(stdout).not.toHaveBeenCalled();
  bar.done('trained');
  expect(stdout.mock.calls).toEqual([['trained\n']]);
});

test('a total of nothing is refused', () => {
  expect(() => progress('training', 0)).toThrow('"training" needs a positive total, not 0');
  expect(() => progress('training', NaN)).toThrow('not NaN');
});
