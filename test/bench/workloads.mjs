/**
 * What SPEED.md calls a workload, and its repetitions a round on a device, so that a round takes about a
 * second; the devices that it is timed on are those it has repetitions for.
 *
 * @typedef {{ title: string, cpu?: number, cuda?: number }} Workload
 */

/** @type {Record<string, Workload>} */
export const workloads = {
  'highway-128': {
    title: 'training step, 50-layer highway, width 50, batch 128',
    cpu: 60,
    cuda: 64,
  },
  'highway-512': { title: 'the same, batch 512', cpu: 25, cuda: 64 },
  'resnet20-64': { title: 'training step, ResNet-20, batch 64', cpu: 6, cuda: 64 },
  'resnet20-128': { title: 'the same, batch 128', cuda: 64 },
  'resnet110-128': { title: 'training step, ResNet-110, batch 128', cuda: 64 },
  'evaluate-10000': { title: 'evaluation of 10,000 digits', cpu: 8, cuda: 3 },
  'sweep-49x8000': {
    title: '49 lesions, one block each, on 8,000 digits; peers run each net',
    cpu: 1,
    cuda: 1,
  },
  'sweep-shared-49x8000': { title: 'the same; peers go on from shared states', cpu: 1, cuda: 1 },
};

/** The peers on each device. */
export const peers = {
  cpu: ['torch', 'torch-compile', 'jax', 'tf-function'],
  cuda: ['torch', 'torch-compile', 'torch-graph', 'jax'],
};
