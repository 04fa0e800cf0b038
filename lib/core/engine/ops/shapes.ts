import type * as tf from '@tensorflow/tfjs';

/** Tensors by name, each with the names of its axes; `...` in front stands for any others. */
type Forms = Record<string, readonly [tensor: tf.Tensor, ...axes: string[]]>;

/**
 * Refuses what one backend would compute by broadcasting or casting, and another not at all.
 * @param integers the names of the tensors that are int32; the others are float32
 * @throws RangeError when axes of one name have two sizes, or a rank or a type is another.
 */
export function checkShapes(op: string, forms: Forms, integers: readonly string[] = []): void {
  const sizes: Record<string, number> = {};
  const fits = Object.entries(forms).every(([name, [{ shape, dtype }, ...axes]]) => {
    const named = axes.filter((axis) => axis !== '...');
    const front = shape.length - named.length;
    const rankFits = front === 0 || (front > 0 && axes[0] === '...');
    const typeFits = dtype === (integers.includes(name) ? 'int32' : 'float32');
    const sizesFit = named.every(
      (axis, i) => (sizes[axis] ??= shape[front + i]!) === shape[front + i],
    );
    return rankFits && typeFits && sizesFit;
  });
  if (fits) return;
  const got = Object.entries(forms).map(
    ([name, [{ shape, dtype }]]) => `${name} ${dtype} [${shape.join(', ')}]`,
  );
  const wanted = Object.entries(forms).map(([name, [, ...axes]]) => {
    return `${integers.includes(name) ? 'int32' : 'float32'} [${axes.join(', ')}]`;
  });
  throw new RangeError(`${op} got ${got.join(', ')}; they are to be ${wanted.join(', ')}.`);
}
