import type * as tf from '@tensorflow/tfjs';
import { canRunPaths, highwayPaths, type Paths } from '../engine/ops/highway';
import { HighwayDense } from '../layers';
import { type Plan, type StateReference, type Step, withLastUse } from './plan';

/**
 * The plan with each run of highway layers as one step, where the engine has an op for that. What only
 * these layers read is no state of the new plan.
 */
export function withPaths({ steps, ends }: Plan): Plan {
  const shorter: Step[] = [];
  const places = new Map<string, StateReference>();
  const place = (state: StateReference) => places.get(nameOf(state)) ?? state;
  for (let first = 0, next = 0; first < steps.length; first = next) {
    next = endOfRun(steps, first);
    const run = steps.slice(first, next);
    const wanted = () => {
      const later = [...steps.slice(next).flatMap(({ inputs }) => inputs), ...ends];
      return distinct(later).filter(({ slab }) => slab > first && slab <= next);
    };
    const { step, results } =
      run.length > 1 ? joined(run, first, wanted()) : asItIs(run[0]!, first);
    const slab = shorter.push({ layer: step.layer, inputs: step.inputs.map(place) });
    results.forEach((state, row) => places.set(nameOf(state), { slab, row }));
  }
  return withLastUse({ steps: shorter, ends: ends.map(place) });
}

/** The end of the run of highway layers that begins with step `first`; the step after it if there is none. */
function endOfRun(steps: readonly Step[], first: number): number {
  const kindOf = ({ layer }: Step) =>
    layer instanceof HighwayDense && layer.native && `${layer.units} ${layer.native.activation}`;
  const kind = canRunPaths() && kindOf(steps[first]!);
  let end = first + 1;
  while (kind && end < steps.length && kindOf(steps[end]!) === kind) end++;
  return end;
}

/** A step, and the states it makes. */
interface Made {
  step: Step;
  results: StateReference[];
}

function asItIs(step: Step, first: number): Made {
  return { step, results: step.inputs.map((_, row) => ({ slab: first + 1, row })) };
}

/** The steps of `run`, of which the first has number `first`, as one that makes the states `results`. */
function joined(run: readonly Step[], first: number, results: StateReference[]): Made {
  const read = run.flatMap((step) => step.inputs);
  const inputs = distinct(read).filter(({ slab }) => slab <= first);
  const readers = new Map<string, number>();
  for (const state of [...read, ...results]) {
    readers.set(nameOf(state), (readers.get(nameOf(state)) ?? 0) + 1);
  }
  const numbers = new Map(inputs.map((state, i) => [nameOf(state), i]));
  const layers = [...new Set(run.map(({ layer }) => layer as HighwayDense))];
  const steps: [number, number, number][] = [];
  let count = inputs.length;
  run.forEach(({ layer, inputs }, i) => {
    inputs.forEach((state, row) => {
      const name = nameOf(state);
      const from = numbers.get(name)!;
      const left = readers.get(name)! - 1;
      readers.set(name, left);
      const to = left === 0 ? from : count++;
      steps.push([layers.indexOf(layer as HighwayDense), from, to]);
      numbers.set(nameOf({ slab: first + 1 + i, row }), to);
    });
  });
  const ends = results.map((state) => numbers.get(nameOf(state))!);
  return {
    step: { layer: pathsLayer(layers, { starts: inputs.length, steps, ends }), inputs },
    results,
  };
}

function pathsLayer(layers: readonly HighwayDense[], paths: Paths): Step['layer'] {
  const blocks = layers.map((layer) => layer.native!.weights);
  const { activation } = layers[0]!.native!;
  return { apply: (x) => highwayPaths(x as tf.Tensor2D, blocks, activation, paths) };
}

const nameOf = ({ slab, row }: StateReference) => `${slab}/${row}`;

const distinct = (states: readonly StateReference[]) => [
  ...new Map(states.map((state) => [nameOf(state), state])).values(),
];
