import * as tf from '@tensorflow/tfjs';

/**
 * A check that no variable but those of `state` has changed since. To be taken after the first step,
 * whose recording gives variables that share a value with others one of their own.
 */
export function watchUnlisted(state: readonly tf.Variable[]): () => void {
  const listed = new Set(state);
  const before = Object.values(tf.engine().registeredVariables)
    .filter((variable) => !listed.has(variable))
    .map((variable) => ({ variable, dataId: variable.dataId }));
  return () => {
    const changed = before.filter(({ variable, dataId }) => variable.dataId !== dataId);
    if (changed.length === 0) return;
    const names = changed.map(({ variable }) => variable.name).join(', ');
    throw new Error(
      `A step changes ${names}, which the net lists neither in variables nor in statistics: ` +
        'a checkpoint would not hold it.',
    );
  };
}
