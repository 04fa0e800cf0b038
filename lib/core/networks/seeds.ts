import type { Stream } from '../engine';

/**
 * The seed of what `name` names, which depends on the stream and on the name, not on other layers.
 * @throws TypeError when there is no stream.
 */
export function seedOf(stream: Stream | undefined, ...name: [string, ...string[]]): number {
  if (stream) return name.reduce((parent, label) => parent.fork(label), stream).seed();
  throw new TypeError('A net draws its weights from a stream: give it one, such as Stream.of(1).');
}
