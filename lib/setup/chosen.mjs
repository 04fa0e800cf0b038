import { parseArgs } from 'node:util';
import { notebookNames } from './results.mjs';

/** From the smallest to the largest. */
export const profiles = ['smoke', 'quick', 'desk', 'paper'];

/**
 * The command line of what executes notebooks: options, and the notebooks whose file name starts with
 * a NAME, or all that are `eligible`. What can't be understood ends the process, with the usage.
 *
 * @param {string} usage
 * @param {Record<string, { type: 'string', default: string }>} more
 * @param {(name: string) => boolean} eligible
 */
export function chosen(usage, more = {}, eligible = () => true) {
  /** @type {(mistake: string) => never} */
  const refuse = (mistake) => {
    console.error(`${mistake}\n\n${usage}`);
    process.exit(2);
  };
  const { values, positionals } = parsed(more, refuse);
  if (values['help']) {
    console.log(usage);
    process.exit(0);
  }
  const profile = String(values['profile']);
  if (!profiles.includes(profile)) {
    refuse(`--profile is one of ${profiles.join(', ')}, not "${profile}".`);
  }
  const all = notebookNames().filter(eligible);
  const unknown = positionals.filter((start) => !all.some((name) => name.startsWith(start)));
  if (unknown.length > 0) refuse(`No notebook is called ${unknown.join(', ')}.`);
  const names = all.filter(
    (name) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)),
  );
  return { profile, names, values, refuse };
}

/**
 * @param {Record<string, { type: 'string', default: string }>} more
 * @param {(mistake: string) => never} refuse
 * @returns {{ values: Record<string, unknown>, positionals: string[] }}
 */
function parsed(more, refuse) {
  const options = {
    profile: { type: /** @type {const} */ ('string'), default: 'quick' },
    help: { type: /** @type {const} */ ('boolean') },
    ...more,
  };
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return refuse(/** @type {Error} */ (error).message);
  }
}
