import * as tf from '@tensorflow/tfjs';
import { engine } from 'unrolled-core/internal';
import type { Addon } from './addon';

const reads = [
  'data',
  'dataSync',
  'array',
  'arraySync',
  'buffer',
  'bufferSync',
  'bytes',
  'print',
  'toString',
];

const draws = new Set([
  'multinomial',
  'rand',
  'randomGamma',
  'randomNormal',
  'randomStandardNormal',
  'randomUniform',
  'randomUniformInt',
  'truncatedNormal',
]);

/**
 * Runs `body` with every call refused that a graph can't repeat: reading a value that depends on
 * the step, and drawing random numbers in JavaScript. Each is refused by name.
 */
export function guarded<T>(addon: Addon, body: () => T): T {
  const restore: (() => void)[] = [];
  try {
    for (const name of reads)
      restore.push(patch(tf.Tensor.prototype, name, refuseReading(addon, name)));
    restore.push(patch(engine(), 'startScope', refuseDrawing));
    restore.push(patch(Math, 'random', () => () => refuseRandomness('Math.random')));
    return body();
  } finally {
    for (const undo of restore.reverse()) undo();
  }
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

function patch(target: object, name: string, wrap: (original: Method) => Method): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const original = (target as Record<string, unknown>)[name] as Method;
  Object.defineProperty(target, name, {
    value: wrap(original),
    configurable: true,
    writable: true,
  });
  return () => {
    if (own) Object.defineProperty(target, name, own);
    else delete (target as Record<string, unknown>)[name];
  };
}

function refuseReading(addon: Addon, name: string): (original: Method) => Method {
  return (original) =>
    function (this: unknown, ...args) {
      const tensor = this as tf.Tensor;
      const constant = !tensor.isDisposed && addon.tensorMap.get(tensor.dataId).values !== null;
      if (constant) return original.apply(this, args);
      throw new Error(
        `compile: tensor.${name}() reads a value (shape [${tensor.shape.join()}]) inside a compiled function; ` +
          'the graph would keep the first one for ever. Return the tensor and read it outside.',
      );
    };
}

function refuseDrawing(original: Method): Method {
  return function (this: unknown, ...args) {
    const op = String(args[0]).replace(/__op$/, '');
    if (draws.has(op)) {
      const outer = engine()
        .state.scopeStack.map((scope) => scope.name)
        .find((name) => name.endsWith('__op'));
      refuseRandomness(`tf.${(outer ?? op).replace(/__op$/, '')}`);
    }
    return original.apply(this, args);
  };
}

function refuseRandomness(call: string): never {
  throw new Error(
    `compile: ${call} draws random numbers in JavaScript inside a compiled function; the graph would ` +
      'repeat the first draw for ever. Use GraphRandom, or pass the draws in as an input.',
  );
}
