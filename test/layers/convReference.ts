import { activations, type ActivationName } from './reference';

/** The convolutional blocks' equations in float64, by loops: no tfjs. */
export interface Image {
  /** [batch, height, width, channels] */
  shape: [number, number, number, number];
  values: number[];
}

/** A block's weights by name. */
export type ConvWeights = Record<string, number[]>;

export const epsilon = 1e-5;

function at({ shape, values }: Image, n: number, i: number, j: number, c: number): number {
  const [, height, width, channels] = shape;
  if (i < 0 || j < 0 || i >= height || j >= width) return 0;
  return values[((n * height + i) * width + j) * channels + c]!;
}

function image(shape: Image['shape'], value: (...at: [number, number, number, number]) => number) {
  const values: number[] = [];
  const [batch, height, width, channels] = shape;
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++)
        for (let c = 0; c < channels; c++) values.push(value(n, i, j, c));
  return { shape, values };
}

/** Each window is centred on a pixel that the strides take, whatever they are. */
export function convolve(
  x: Image,
  kernel: number[],
  filters: number,
  bias: number[] | undefined,
  strides = 1,
): Image {
  const [batch, height, width, channels] = x.shape;
  const size = Math.sqrt(kernel.length / channels / filters);
  const margin = Math.floor((size - 1) / 2);
  const out = [Math.ceil(height / strides), Math.ceil(width / strides)] as const;
  return image([batch, ...out, filters], (n, i, j, f) => {
    let sum = bias?.[f] ?? 0;
    for (let u = 0; u < size; u++)
      for (let v = 0; v < size; v++)
        for (let c = 0; c < channels; c++)
          sum +=
            at(x, n, i * strides + u - margin, j * strides + v - margin, c) *
            kernel[((u * size + v) * channels + c) * filters + f]!;
    return sum;
  });
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean and biased variance by channel. */
export function moments({ shape, values }: Image): { mean: number[]; variance: number[] } {
  const channel = (c: number) => values.filter((_, i) => i % shape[3] === c);
  const channels = Array.from({ length: shape[3] }, (_, c) => channel(c));
  return {
    mean: channels.map(mean),
    variance: channels.map((list) => mean(list.map((v) => (v - mean(list)) ** 2))),
  };
}

/** The batch norm of a block whose weights begin with `norm`. */
export function normalize(x: Image, w: ConvWeights, norm: string, training: boolean): Image {
  const now = moments(x);
  const m = training ? now.mean : w[`${norm}_moving_mean`]!;
  const v = training ? now.variance : w[`${norm}_moving_variance`]!;
  const [gamma, beta] = [w[`${norm}_gamma`], w[`${norm}_beta`]];
  if (!gamma || !beta) return x;
  return image(
    x.shape,
    (n, r, s, c) =>
      (gamma[c]! * (at(x, n, r, s, c) - m[c]!)) / Math.sqrt(v[c]! + epsilon) + beta[c]!,
  );
}

export function activate({ shape, values }: Image, f: ActivationName): Image {
  return { shape, values: values.map(activations[f]) };
}

export function add(a: Image, b: Image): Image {
  return { shape: a.shape, values: a.values.map((value, i) => value + b.values[i]!) };
}

/** The kind of a residual block. */
export interface ResidualKind {
  filters: number;
  strides?: number;
  preActivation?: boolean;
  shortcut?: 'subsample' | 'average' | 'projection';
}

/** F(x). */
export function branch(x: Image, w: ConvWeights, kind: ResidualKind, training: boolean): Image {
  const { filters, strides = 1, preActivation } = kind;
  const conv = (h: Image, i: number, s = 1) =>
    convolve(h, w[`conv${i}_kernel`]!, filters, w[`conv${i}_bias`], s);
  const norm = (h: Image, i: number) => normalize(h, w, `norm${i}`, training);
  if (preActivation) {
    const h = conv(activate(norm(x, 1), 'relu'), 1, strides);
    return conv(activate(norm(h, 2), 'relu'), 2);
  }
  return norm(conv(activate(norm(conv(x, 1, strides), 1), 'relu'), 2), 2);
}

/** s(x). */
export function carried(x: Image, w: ConvWeights, kind: ResidualKind, training: boolean): Image {
  const { filters, strides = 1, preActivation, shortcut } = kind;
  const [batch, height, width, channels] = x.shape;
  if (strides === 1 && channels === filters) return x;
  if (shortcut === 'projection') {
    const z = convolve(x, w['projection_kernel']!, filters, w['projection_bias'], strides);
    return preActivation ? z : normalize(z, w, 'projection_norm', training);
  }
  const size = shortcut === 'average' ? strides : 1;
  return image([batch, height / strides, width / strides, filters], (n, i, j, c) => {
    if (c >= channels) return 0;
    let sum = 0;
    for (let u = 0; u < size; u++)
      for (let v = 0; v < size; v++) sum += at(x, n, i * strides + u, j * strides + v, c);
    return sum / size ** 2;
  });
}

export function residual(x: Image, w: ConvWeights, kind: ResidualKind, training: boolean): Image {
  const sum = add(carried(x, w, kind, training), branch(x, w, kind, training));
  return kind.preActivation ? sum : activate(sum, 'relu');
}

export function highway(x: Image, w: ConvWeights, filters: number, f: ActivationName): Image {
  const h = activate(convolve(x, w['kernel']!, filters, w['bias']), f);
  const t = activate(convolve(x, w['transform_kernel']!, filters, w['transform_bias']), 'sigmoid');
  const values = x.values.map((v, i) => h.values[i]! * t.values[i]! + v * (1 - t.values[i]!));
  return { shape: x.shape, values };
}

export function normalizedHighway(
  x: Image,
  w: ConvWeights,
  filters: number,
  f: ActivationName,
  training: boolean,
): Image {
  const through = (part: string, g: ActivationName) => {
    const z = convolve(x, w[`${part}kernel`]!, filters, undefined);
    return activate(normalize(z, w, `${part}norm`, training), g);
  };
  const [h, t] = [through('', f), through('transform_', 'sigmoid')];
  const values = x.values.map((v, i) => h.values[i]! * t.values[i]! + v * (1 - t.values[i]!));
  return { shape: x.shape, values };
}

export function plain(
  x: Image,
  w: ConvWeights,
  kind: { filters: number; layers: number; strides: number },
  f: ActivationName,
  training: boolean,
): Image {
  let h = x;
  for (let i = 1; i <= kind.layers; i++) {
    const strides = i === 1 ? kind.strides : 1;
    const z = convolve(h, w[`conv${i}_kernel`]!, kind.filters, w[`conv${i}_bias`], strides);
    h = activate(normalize(z, w, `norm${i}`, training), f);
  }
  return h;
}
