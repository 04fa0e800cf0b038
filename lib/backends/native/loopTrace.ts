import * as tf from '@tensorflow/tfjs';
import type { LoopRecorder } from 'unrolled-core/internal';
import type { Addon } from './addon';
import { capacity, writeLoop } from './loop';
import { silently } from './quiet';
import { Trace } from './trace';

/** Records loops that XLA compiles. So many calls pay for the seconds it takes for 50 layers. */
export function loopRecorder(addon: Addon): LoopRecorder {
  return {
    worth: 500,
    atOnce: capacity,
    record(fn, inputs) {
      const { result, trace } = Trace.record(addon, fn, inputs as never[], writeLoop);
      if (!trace) return { result };
      let compiled = false;
      const runLoop = (stacks: tf.Tensor[]) => {
        // XLA writes to stderr whether it finds the loop among those it has kept or not.
        const results = compiled ? run(trace, stacks) : silently(() => run(trace, stacks));
        compiled = true;
        return results;
      };
      return { result, trace: { run: runLoop, dispose: () => trace.dispose() } };
    },
  };
}

function run(trace: Trace, stacks: tf.Tensor[]): tf.Tensor1D {
  return tf.tidy(() => {
    const calls = stacks[0]!.shape[0];
    const parts: tf.Tensor1D[] = [];
    for (let done = 0; done < calls; done += capacity) {
      const count = Math.min(capacity, calls - done);
      const part = stacks.map((stack) => padded(tf.slice(stack, done, count)));
      const results = trace.run([tf.scalar(count, 'int32'), ...part]) as tf.Tensor1D;
      parts.push(tf.slice(results, 0, count));
    }
    return tf.concat(parts);
  });
}

/** `stack` with zeros up to the length that a loop takes. */
function padded(stack: tf.Tensor): tf.Tensor {
  const missing = capacity - stack.shape[0];
  const inside = stack.shape.slice(1).map((): [number, number] => [0, 0]);
  return missing === 0 ? stack : tf.pad(stack, [[0, missing], ...inside]);
}
