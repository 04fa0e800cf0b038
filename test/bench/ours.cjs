// @ts-nocheck
// Times one of our workloads, less the parts named: reads a number of repetitions a line, answers with
// milliseconds each.
const readline = require('node:readline');
const tf = require('@tensorflow/tfjs');
const U = require('unrolled');
const { compileLoop, kernels } = require('unrolled-core/internal');
const takeAway = require('./less.cjs');

const [, , workload, ...less] = process.argv;
const [depth, width, classes] = [50, 50, 10];
const stream = U.Stream.of(1);

/** @param {number[]} shape @param {number} deviation */
function normal(shape, deviation) {
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () =>
    stream.normal(0, deviation),
  );
  return tf.tensor(values, shape);
}

/** @type {tf.Variable[]} */
const variables = [];

/** @param {tf.Tensor} value @returns {any} */
function variable(value) {
  variables.push(tf.variable(value));
  return variables.at(-1);
}

/** @param {number} count */
function labels(count) {
  return tf.tensor1d(
    Array.from({ length: count }, () => stream.integer(classes)),
    'int32',
  );
}

function highwayNet() {
  const first = [variable(normal([784, width], 0.03)), variable(tf.zeros([width]))];
  const blocks = Array.from({ length: depth }, () => ({
    kernel: variable(normal([width, width], 0.14)),
    bias: variable(tf.zeros([width])),
    gateKernel: variable(normal([width, width], 0.14)),
    gateBias: variable(tf.fill([width], -3)),
  }));
  const last = [variable(normal([width, classes], 0.14)), variable(tf.zeros([classes]))];
  return {
    blocks,
    first: (x) => U.dense(x, first[0], first[1], 'relu'),
    last: (h) => U.dense(h, last[0], last[1]),
  };
}

/** A step on one batch; where steps are made many at once, so many, as `fit` does. @param {(x: any) => any} logits @param {any} x @param {any} y */
function training(logits, x, y) {
  const optimizer = U.momentum(variables, { momentum: 0.9 });
  const minimize = (x, y, rate) =>
    optimizer.minimize(() => U.softmaxCrossEntropy(y, logits(x)), rate);
  if (kernels().loops) return trainingLoop(minimize, x, y);
  const rate = tf.scalar(0.01);
  const step = U.compile(minimize);
  return () => read(step(x, y, rate));
}

function trainingLoop(minimize, x, y) {
  const [batch] = x.shape;
  const loop = compileLoop(
    ([x, y], [rows, rate]) => minimize(tf.gather(x, rows), tf.gather(y, rows), rate),
    { data: [x, y], calls: Infinity },
  );
  const steps = loop.atOnce;
  const rows = tf.tile(tf.range(0, batch, 1, 'int32').expandDims(), [steps, 1]);
  const rates = tf.fill([steps], 0.01);
  return Object.assign(() => read(loop.run([rows, rates])), { steps });
}

function read(result) {
  result.dataSync();
  result.dispose();
}

/** @param {number} batch */
function highwayStep(batch) {
  const net = highwayNet();
  const logits = (x) =>
    net.last(net.blocks.reduce((h, block) => U.highway(h, block), net.first(x)));
  return training(logits, normal([batch, 784], 1), labels(batch));
}

/** @param {number} layers @param {number} batch */
function plainStep(layers, batch) {
  const sizes = [784, ...Array(layers).fill(width), classes];
  const weights = sizes.slice(1).map((to, i) => ({
    kernel: variable(normal([sizes[i], to], Math.sqrt(2 / sizes[i]))),
    bias: variable(tf.zeros([to])),
  }));
  const logits = (x) =>
    weights.reduce(
      (h, { kernel, bias }, i) => U.dense(h, kernel, bias, i < layers ? 'relu' : 'linear'),
      x,
    );
  return training(logits, normal([batch, 784], 1), labels(batch));
}

function resnetStep(blocksPerStage, batch) {
  const layer = (size, from, to) => ({
    kernel: variable(normal([size, size, from, to], Math.sqrt(2 / (size * size * to)))),
    gamma: variable(tf.ones([to])),
    beta: variable(tf.zeros([to])),
    moving: [tf.variable(tf.zeros([to]), false), tf.variable(tf.ones([to]), false)],
  });
  const apply = (x, { kernel, gamma, beta, moving }, stride = 1) => {
    const { y, mean, variance } = U.batchNorm(
      tf.conv2d(x, kernel, stride, 'same'),
      gamma,
      beta,
      1e-5,
    );
    [mean, variance].forEach((now, i) =>
      moving[i].assign(tf.add(moving[i], tf.mul(tf.sub(now, moving[i]), 0.1))),
    );
    return y;
  };
  const stem = layer(3, 3, 16);
  let channels = 16;
  const blocks = [16, 32, 64].flatMap((to, stage) =>
    Array.from({ length: blocksPerStage }, (_, i) => {
      const block = {
        a: layer(3, channels, to),
        b: layer(3, to, to),
        stride: stage > 0 && i === 0 ? 2 : 1,
        pad: to - channels,
      };
      channels = to;
      return block;
    }),
  );
  const last = [variable(normal([64, classes], 0.1)), variable(tf.zeros([classes]))];
  const logits = (x) => {
    let h = U.relu(apply(x, stem));
    for (const { a, b, stride, pad } of blocks) {
      const branch = apply(U.relu(apply(h, a, stride)), b);
      const half = pad / 2;
      const shortcut =
        stride === 1
          ? h
          : tf.pad(tf.avgPool(h, 2, 2, 'same'), [
              [0, 0],
              [0, 0],
              [0, 0],
              [half, half],
            ]);
      h = U.relu(tf.add(branch, shortcut));
    }
    return U.dense(tf.mean(h, [1, 2]), last[0], last[1]);
  };
  return training(logits, normal([batch, 32, 32, 3], 1), labels(batch));
}

/** Runs `part` on pieces of the batch, which TensorFlow computes side by side, and adds the results. */
function inParts(x, y, part) {
  const [xs, ys] = [tf.split(x, 4), tf.split(y, 4)];
  return tf.addN(xs.map((x, i) => part(x, ys[i])));
}

function batches(count) {
  return Array.from({ length: count }, () => ({ x: normal([2000, 784], 1), y: labels(2000) }));
}

function evaluation() {
  const net = highwayNet();
  const correct = (x, y) => {
    const logits = net.last(net.blocks.reduce((h, block) => U.highway(h, block), net.first(x)));
    return tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), y), 'float32'));
  };
  const evaluate = U.compile((x, y) => inParts(x, y, correct));
  const data = batches(5);
  return () => {
    for (const { x, y } of data) {
      read(evaluate(x, y));
    }
  };
}

/** Accuracy and loss of a net without each of its first 49 blocks, one at a time. */
function sweep() {
  const net = U.highwayNet({
    inputs: [28, 28, 1],
    depth: depth + 1,
    width,
    classes,
    transformBias: -3,
    stream,
  });
  const lesions = net.blocks.slice(0, 49).map((block) => U.lesion(net, block.name));
  const data = new U.Split(normal([8000, 28, 28, 1], 1), labels(8000));
  return () => U.sweep(lesions, data);
}

/** Logits of a convolutional highway net. */
function convEvaluation() {
  const net = U.highwayConvNet({
    inputs: [32, 32, 3],
    stages: [
      { blocks: 3, filters: 16 },
      { blocks: 3, filters: 16, pooling: { size: 2, strides: 2 } },
    ],
    head: { kind: 'mean', filters: 32 },
    classes,
    transformBias: -2,
    stream,
  });
  const evaluate = U.compile((x) => net.logits(x));
  const x = normal([1000, 32, 32, 3], 1);
  return () => {
    read(evaluate(x));
  };
}

const workloads = {
  'highway-128': () => highwayStep(128),
  'highway-512': () => highwayStep(512),
  'plain-128': () => plainStep(depth, 128),
  'resnet20-64': () => resnetStep(3, 64),
  'resnet20-128': () => resnetStep(3, 128),
  'resnet110-128': () => resnetStep(18, 128),
  'evaluate-10000': evaluation,
  'evaluate-conv': convEvaluation,
  'sweep-49x8000': sweep,
};

async function main() {
  const { summary } = await U.selectBackend();
  if (less.length > 0) takeAway(less);
  const run = workloads[workload]();
  const start = performance.now();
  await run();
  await run();
  console.log(JSON.stringify({ about: summary, first: performance.now() - start }));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const times = [];
    for (let i = 0; i < Number(line) / (run.steps ?? 1); i++) {
      const start = performance.now();
      await run();
      times.push((performance.now() - start) / (run.steps ?? 1));
    }
    console.log(JSON.stringify(times));
  }
}

void main();
