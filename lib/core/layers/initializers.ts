import * as tf from '@tensorflow/tfjs';

/** An object that draws a weight's first value, as `tf.initializers` makes them. */
export type Initializer = ReturnType<typeof tf.initializers.zeros>;

/** An initializer, or its name, as the layers of tfjs take them. */
export type InitializerIdentifier = NonNullable<
  Parameters<typeof tf.layers.dense>[0]['kernelInitializer']
>;

/** An initializer in a layer's config, in tfjs's own form. */
export interface SerializedInitializer extends tf.serialization.ConfigDict {
  className: string;
  config: tf.serialization.ConfigDict;
}

/**
 * The initializer that `identifier` stands for: itself, one of `tf.initializers` by name, or one
 * that {@link serializeInitializer} wrote.
 *
 * @throws Error when it is none of these; the message lists the names.
 */
export function toInitializer(
  identifier: InitializerIdentifier | SerializedInitializer,
): Initializer {
  if (typeof identifier === 'string') return named(identifier);
  if ('apply' in Object(identifier)) return identifier as Initializer;
  const { className, config } = Object(identifier) as SerializedInitializer;
  const known = tf.serialization.SerializationMap.getMap().classNameMap[className];
  if (!known) throw unknown(className);
  const [cls, fromConfig] = known;
  return fromConfig(cls, config) as Initializer;
}

/** What `getConfig` writes for an initializer. */
export function serializeInitializer(initializer: Initializer): SerializedInitializer {
  return { className: initializer.getClassName(), config: initializer.getConfig() };
}

/**
 * The initializer of a layer's `i`-th kernel. An initializer with a seed draws the same numbers each
 * time, so the `i`-th kernel's has the seed plus `i`.
 */
export function nthInitializer(initializer: Initializer, i: number): Initializer {
  const config = initializer.getConfig();
  if (typeof config['seed'] !== 'number') return initializer;
  const className = initializer.getClassName();
  return toInitializer({ className, config: { ...config, seed: config['seed'] + i } });
}

function named(name: string): Initializer {
  const factories = tf.initializers as unknown as Record<string, (args: object) => Initializer>;
  if (!Object.hasOwn(factories, name)) throw unknown(name);
  return factories[name]!({});
}

function unknown(name: unknown): Error {
  const names = Object.keys(tf.initializers).join(', ');
  return new Error(`"${String(name)}" is not an initializer. The initializers are ${names}.`);
}
