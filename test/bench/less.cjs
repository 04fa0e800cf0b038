// @ts-nocheck
// What a workload can be timed without: changes what the loaded backend has registered.
const { kernels, registerKernels, takesGradient } = require('unrolled-core/internal');
const { Graph } = require('unrolled/dist/backends/native/graph.js');

const omitting =
  (...names) =>
  (all) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));

const highwayWhere = (condition) => (all) => ({
  ...all,
  highway: (...args) => (condition() ? all.highway(...args) : undefined),
});

const tagged = (tag) => (all) => {
  Object.defineProperty(Graph.prototype, 'tag', { get: () => tag });
  return all;
};

const changes = {
  UnrolledHighway: highwayWhere(takesGradient),
  UnrolledHighwayMix: highwayWhere(() => !takesGradient()),
  UnrolledHighwayPaths: omitting('highwayPaths'),
  rewriting: tagged('unrolled_as_recorded'),
  tags: tagged('of_no_meaning'),
  activate: omitting('activate'),
  batchNorm: omitting('batchNorm'),
  dense: omitting('dense'),
  update: omitting('update'),
  recorder: omitting('recorder'),
};

/** Takes the named parts away. @param {string[]} names */
module.exports = (names) => {
  registerKernels(
    'tensorflow',
    names.reduce((all, name) => changes[name](all), kernels()),
  );
};
