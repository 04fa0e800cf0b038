import { afterEach, expect, test, vi } from 'vitest';
import { byProfile, profile } from '../../lib/notebook';
import { atLeast } from '../../lib/notebook/profile';

afterEach(() => vi.unstubAllEnvs());

test('a reader who sets nothing gets quick', () => {
  vi.stubEnv('PROFILE', '');
  expect(profile()).toBe('quick');
  vi.stubEnv('PROFILE', undefined);
  expect(profile()).toBe('quick');
});

test('each profile gets its own value', () => {
  for (const name of ['smoke', 'quick', 'paper'] as const) {
    vi.stubEnv('PROFILE', name);
    expect(byProfile({ smoke: 'smoke', quick: 'quick', paper: 'paper' })).toBe(name);
  }
});

test('a profile reaches itself and the smaller ones', () => {
  const reached = (name: string) => {
    vi.stubEnv('PROFILE', name);
    return (['smoke', 'quick', 'paper'] as const).filter(atLeast);
  };
  expect(reached('smoke')).toEqual(['smoke']);
  expect(reached('quick')).toEqual(['smoke', 'quick']);
  expect(reached('paper')).toEqual(['smoke', 'quick', 'paper']);
});

test('a misspelt profile is an error that lists the right ones, not a silent default', () => {
  vi.stubEnv('PROFILE', 'Smoke');
  expect(() => profile()).toThrow(
    'PROFILE=Smoke is not a profile; the profiles are smoke, quick, paper.',
  );
});
