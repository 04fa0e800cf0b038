/**
 * How much to compute: `smoke` for CI, `quick` for a reader, `desk` for an evening on two cores, `paper`
 * for the published recipe.
 */
export type Profile = 'smoke' | 'quick' | 'desk' | 'paper';

/** From the smallest to the largest. */
export const profiles: readonly string[] = ['smoke', 'quick', 'desk', 'paper'] satisfies Profile[];

/**
 * The profile named by the environment variable PROFILE; `quick` when it is unset.
 * @throws Error when PROFILE names no profile.
 */
export function profile(): Profile {
  const name = process.env['PROFILE'] || 'quick';
  if (!profiles.includes(name)) {
    throw new Error(`PROFILE=${name} is not a profile; the profiles are ${profiles.join(', ')}.`);
  }
  return name as Profile;
}

/** Whether the current {@link profile} computes at least as much as `least`. */
export function atLeast(least: Profile): boolean {
  return profiles.indexOf(profile()) >= profiles.indexOf(least);
}

/**
 * The value for the current {@link profile}: `byProfile({ smoke: 2, quick: 10, paper: 400 })`. Without
 * one for `desk`, that for `quick`.
 */
export function byProfile<T>(values: Record<Exclude<Profile, 'desk'>, T> & { desk?: T }): T {
  const name = profile();
  return name === 'desk' && !Object.hasOwn(values, name) ? values.quick : (values[name] as T);
}
