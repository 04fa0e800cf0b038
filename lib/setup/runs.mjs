import { basename, resolve } from 'node:path';
import { createRequire } from 'node:module';
import { profiles } from './chosen.mjs';
import { setUp } from './setup.mjs';
import { explain } from './step.mjs';

const usage = `Usage: npm run runs -- pack PROFILE [FILE]
       npm run runs -- unpack FILE

Trained nets as files. pack writes the kept runs that notebooks used under a profile into one archive, with checksums
and a list of what made each. unpack puts those of an archive where notebooks find them, so that they need not be
trained. FILE is PROFILE-runs.tar if left out.
`;

const [action, what, file = `${what}-runs.tar`, ...rest] = process.argv.slice(2);
if (action === '--help') {
  console.log(usage);
} else if (!what || rest.length > 0 || !['pack', 'unpack'].includes(action ?? '')) {
  refuse(
    action ? `"${process.argv.slice(2).join(' ')}" is no such command.` : 'What is to be done?',
  );
} else if (action === 'pack' && !profiles.includes(what)) {
  refuse(`PROFILE is one of ${profiles.join(', ')}, not "${what}".`);
} else {
  await setUp().catch(explain);
  const unrolled = /** @type {typeof import('../index.js')} */ (
    createRequire(import.meta.url)('unrolled')
  );
  try {
    await (action === 'pack' ? pack(unrolled, what, file) : unpack(unrolled, what));
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    if (name !== 'ArchiveError' && name !== 'CheckpointError') throw error;
    console.error(message);
    process.exitCode = 1;
  }
}

/** @param {typeof import('../index.js')} unrolled @param {string} profile @param {string} file */
async function pack({ packRuns }, profile, file) {
  const { runs } = await packRuns(profile, resolve(file));
  console.log(`${basename(file)}: ${runs.length} runs of the profile ${profile}, ${size(runs)}.`);
}

/** @param {typeof import('../index.js')} unrolled @param {string} file */
async function unpack({ unpackRuns, runsFolder }, file) {
  const { manifest, added } = await unpackRuns(resolve(file));
  const { runs, profile } = manifest;
  const there = runs.length - added;
  console.log(
    `${added} runs of the profile ${profile} are new in ${runsFolder()}, ${there} were there.`,
  );
  console.log(`npm run reproduce -- --profile ${profile} takes them instead of training.`);
}

function size(/** @type {{ bytes: number }[]} */ runs) {
  return `${(runs.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1)} MB`;
}

/** @param {string} mistake */
function refuse(mistake) {
  console.error(`${mistake}\n\n${usage}`);
  process.exitCode = 2;
}
