import { afterEach, expect, test, vi } from 'vitest';
import { atLeast, byProfile, profile } from '../../lib/training';

afterEach(() => vi.unstubAllEnvs());

test('a reader who sets nothing gets quick', () => {
  vi.stubEnv('PROFILE', '');
  expect(profile()).toBe('quick');
  vi.stubEnv('PROFILE', undefined);
  expect(profile()).toBe('quick');
});

const all = ['smoke', 'quick', 'desk', 'paper'] as const;

test('each profile gets its own value', () => {
  for (const name of all) {
    vi.stubEnv('PROFILE', name);
    expect(byProfile({ smoke: 'smoke', quick: 'quick', desk: 'desk', paper: 'paper' })).toBe(name);
  }
});

test('desk gets the value of quick where it has none, but one of its own even if undefined', () => {
  vi.stubEnv('PROFILE', 'desk');
  expect(byProfile({ smoke: 1, quick: 2, paper: 3 })).toBe(2);
  expect(byProfile({ smoke: 1, quick: 2, desk: undefined, paper: 3 })).toBeUndefined();
});

test('a profile reaches itself and the smaller ones', () => {
  const reached = (name: string) => {
    vi.stubEnv('PROFILE', name);
    return all.filter(atLeast);
  };
  expect(reached('smoke')).toEqual(['smoke']);
  expect(reached('quick')).toEqual(['smoke', 'quick']);
  expect(reached('desk')).toEqual(['smoke', 'quick', 'desk']);
  expect(reached('paper')).toEqual(all);
});

test('a misspelt profile is an error that lists the right ones, not a silent default', () => {
  vi.stubEnv('PROFILE', 'Smoke');
  expect(() => profile()).toThrow(
    'PROFILE=Smoke is not a profile; the profiles are smoke, quick, desk, paper.',
  );
});
