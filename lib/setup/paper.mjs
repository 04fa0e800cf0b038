import { chosen } from './chosen.mjs';
import { startJobs } from './jobs.mjs';
import { readNotebook } from './results.mjs';
import { setUp } from './setup.mjs';
import { explain } from './step.mjs';

const usage = `Usage: npm run paper -- [--steps 1000] [--seconds 120] [NAME...]

Starts every training job that the notebooks have under the profile paper, all or those of the notebooks whose file
name starts with a NAME: once, on generated images, with the net, the batches and the rates of its recipe, until it
has taken so many steps or seconds; epochs are those of 4,000 images. A job that diverges or learns nothing in 1,000 steps ends the command with 1.
`;

const { names, values } = chosen(usage, {
  steps: { type: 'string', default: '1000' },
  seconds: { type: 'string', default: '120' },
});
await setUp().catch(explain);
for (const name of names) {
  console.log(name);
  await startJobs(readNotebook(name), {
    steps: Number(values['steps']),
    seconds: Number(values['seconds']),
    onJob: ({ name, steps, of, seconds, first, last, problem }) => {
      const taken = `${steps} of ${of} steps in ${seconds.toFixed(0)} s`;
      const loss = `loss ${first.toFixed(3)} to ${last.toFixed(3)}`;
      console.log(
        `  ${problem ? '✗' : '✓'} ${name}: ${taken}, ${loss}${problem ? `: ${problem}` : ''}`,
      );
      if (problem) process.exitCode = 1;
    },
  });
}
