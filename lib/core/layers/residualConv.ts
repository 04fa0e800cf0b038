import * as tf from '@tensorflow/tfjs';
import { relu } from '../engine';
import { checkSeed } from '../engine/graphRandom';
import { always } from '../engine/ops/conditional';
import { addAffinity, addStatistics, normalize, type Normalizer, type Pass } from './batchNorm';
import type { Parts } from './block';
import { builtFor, convolve, type Convolution } from './convolution';
import { checkSurvival, DropPath, type DropPathOptions } from './dropPath';
import { NormalizedBlock, type NormalizedArgs } from './normalizedBlock';
import { residual, type ResidualBranch } from './residualBranch';
import { shortcuts, shrink, type Shortcut } from './shortcut';

/** Which parts of its batch norms a block has for itself when it shares another block's convolutions. */
export interface Unshared {
  /** Whether the moving statistics are its own. Default true. */
  statistics?: boolean;
  /** Whether gamma and beta are its own. Default true. */
  parameters?: boolean;
}

/** What a {@link ResidualConv} takes. */
export interface ResidualConvArgs extends NormalizedArgs {
  /** Whether batch norm and ReLU come before each convolution and none after the sum. Default false. */
  preActivation?: boolean;
  /** What carries the input where the output has another shape. Default `subsample`. */
  shortcut?: Shortcut;
  /** Stochastic depth. Default none. */
  dropPath?: DropPathOptions;
  /**
   * An earlier block whose convolutions this one applies once more (Jastrzebski et al. 2018, section
   * 5). In a config it has the block's name alone.
   */
  sharesWith?: { readonly name: string };
  /** What such a block does not share: by default all of batch norm, "UBN". */
  unshared?: Unshared;
}

/**
 * A residual block of two convolutions. Post-activation (He, Zhang, Ren and Sun 2016, equation 1):
 *
 *     y = relu(s(x) + F(x)),  F(x) = N_2(K_2 * relu(N_1(K_1 * x)))
 *
 * Pre-activation (He, Zhang, Ren and Sun 2016b, Figure 4e, "full pre-activation"):
 *
 *     y = s(x) + F(x),  F(x) = K_2 * relu(N_2(K_1 * relu(N_1(x))))
 *
 * with x [batch, height, width, channels], K_1 [size, size, channels, filters], K_2 [size, size,
 * filters, filters], N a batch norm, y [batch, height / strides, width / strides, filters], and s the identity where x and y have one
 * shape. The candidate is F, the transform 1, or p with stochastic depth. Weights, in order, as far as
 * they exist: `conv1_kernel`, `conv1_bias`, `conv2_kernel`, `conv2_bias`, `norm1_gamma`, `norm1_beta`,
 * `norm2_gamma`, `norm2_beta`, those of the projection, then the moving statistics; of a block that
 * shares with another only those that it does not share, none at all where it shares everything. Batch
 * norm by default, bias by default only without it. The strides are those of the first convolution and
 * of the shortcut.
 */
export class ResidualConv extends NormalizedBlock {
  /** @nocollapse */
  static className = 'ResidualConv';

  /** Whether batch norm and ReLU come before each convolution. */
  readonly preActivation: boolean;
  private readonly shortcutKind: Shortcut;
  private readonly dropPathOptions?: DropPathOptions;
  private readonly unshared: Required<Unshared>;
  private owner?: { readonly name: string };
  private branch: ResidualBranch = { convolutions: [], normalizers: [] };
  private projection?: { convolution: Convolution; normalizer?: Normalizer };
  private dropPath?: DropPath;

  /**
   * @throws RangeError when `filters`, `kernelSize` or `strides` is not a positive integer,
   *   `shortcut` is unknown, a probability of survival is not in (0, 1], or a seed no integer.
   */
  constructor(args: ResidualConvArgs) {
    super(args, ['preActivation', 'shortcut', 'dropPath', 'sharesWith', 'unshared']);
    const names = ['statistics', 'parameters'] as const;
    const { statistics = true, parameters = true } = args.unshared
      ? this.known('unshared', args.unshared, names)
      : {};
    this.preActivation = args.preActivation ?? false;
    this.shortcutKind = this.oneOf('shortcut', args.shortcut ?? 'subsample', shortcuts);
    this.owner = args.sharesWith;
    this.unshared = { statistics, parameters };
    this.dropPathOptions = args.dropPath && this.checkedDropPath(args.dropPath);
  }

  /** p, the probability that a training step keeps the branch; 1 without stochastic depth. */
  get survival(): number {
    return this.dropPathOptions?.survival ?? 1;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = this.check(inputShape as tf.Shape);
    if (this.owner) this.share(this.owner, channels);
    else this.addBranch(channels);
    if (this.changes(channels) && this.shortcutKind === 'projection') {
      const convolution = this.addConvolution(2, channels, 'projection_', 1);
      const normalizer = this.preActivation
        ? undefined
        : this.addNormalizer('projection_norm_', this.filters);
      this.projection = { convolution, normalizer };
    }
    if (this.dropPathOptions) {
      const zeros = tf.initializers.zeros();
      const draws = this.addWeight('draws', [], 'int32', zeros, undefined, false);
      this.dropPath = new DropPath(this.dropPathOptions, draws.read() as tf.Variable);
    }
    super.build(inputShape);
  }

  /** As of any layer; a block read from a config finds the one it shares with in front of it. */
  override apply(
    inputs: tf.Tensor | tf.Tensor[] | tf.SymbolicTensor | tf.SymbolicTensor[],
    kwargs?: { training?: boolean },
  ): tf.Tensor | tf.Tensor[] | tf.SymbolicTensor | tf.SymbolicTensor[] {
    const { owner } = this;
    if (owner && !(owner instanceof ResidualConv)) {
      this.owner = blockBefore(inputs, owner.name) ?? owner;
    }
    return super.apply(inputs, kwargs);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { owner, dropPathOptions } = this;
    return {
      ...super.getConfig(),
      preActivation: this.preActivation,
      shortcut: this.shortcutKind,
      ...(dropPathOptions && { dropPath: { ...dropPathOptions } }),
      ...(owner && { sharesWith: { name: owner.name } }),
      ...(owner && { unshared: { ...this.unshared } }),
    };
  }

  /** What the block makes of x when F(x) = 0. */
  override shortcut(x: tf.Tensor): tf.Tensor {
    const carried = this.carried(x as tf.Tensor4D, false);
    return this.preActivation ? carried : relu(carried);
  }

  protected override forward(x: tf.Tensor4D, training: boolean): tf.Tensor4D {
    const { dropPath } = this;
    const shortcut = this.carried(x, training);
    const branch = (branch: Pass['branch']) => this.residual(branch.enter(x), { training, branch });
    const sum = dropPath
      ? dropPath.add(shortcut, branch, training)
      : tf.add<tf.Tensor4D>(shortcut, branch(always));
    return this.preActivation ? sum : relu(sum);
  }

  protected override terms(x: tf.Tensor4D): Omit<Parts, 'update'> {
    const candidate = this.residual(x, { training: false, branch: always });
    const sum = tf.add(this.carried(x, false), tf.mul(candidate, this.survival));
    return {
      candidate,
      transform: tf.fill(candidate.shape, this.survival),
      carry: tf.onesLike(candidate),
      output: this.preActivation ? sum : relu(sum),
    };
  }

  protected override misfit(channels: number): string | undefined {
    const { filters, shortcutKind } = this;
    if (channels > filters && shortcutKind !== 'projection') {
      return (
        `its shortcut can only add channels to reach ${filters}. ` +
        `Give the layer shortcut: 'projection', or ${channels} filters`
      );
    }
    return builtFor(this.branch.convolutions[0], channels);
  }

  private checkedDropPath(options: DropPathOptions): DropPathOptions {
    const { survival, per, seed } = this.known('dropPath', options, ['survival', 'per', 'seed']);
    checkSurvival(`${this.label}: dropPath.survival`, survival);
    checkSeed(`${this.label}: dropPath.seed`, seed);
    const drawnFor = ['batch', 'sample'] as const;
    return { survival, per: this.oneOf('dropPath.per', per ?? 'batch', drawnFor), seed };
  }

  private changes(channels: number): boolean {
    return this.strides !== 1 || channels !== this.filters;
  }

  /** s(x). */
  private carried(x: tf.Tensor4D, training: boolean): tf.Tensor4D {
    const { projection, strides, filters } = this;
    const channels = x.shape[3];
    if (!this.changes(channels)) return x;
    if (projection) {
      const z = convolve(x, projection.convolution, always, strides);
      const pass = { training, branch: always };
      return projection.normalizer ? normalize(z, projection.normalizer, pass) : z;
    }
    return shrink(x, this.shortcutKind as 'subsample' | 'average', strides, filters);
  }

  /** F(x). */
  private residual(x: tf.Tensor4D, pass: Pass): tf.Tensor4D {
    return residual(x, this.branch, pass, this.strides, this.preActivation);
  }

  private addBranch(channels: number): void {
    const { preActivation, filters } = this;
    const convolutions = [channels, filters].map((inputs, i) =>
      this.addConvolution(i, inputs, `conv${i + 1}_`),
    );
    const normalizers = [preActivation ? channels : filters, filters].flatMap(
      (size, i) => this.addNormalizer(`norm${i + 1}_`, size) ?? [],
    );
    this.branch = { convolutions, normalizers };
  }

  private share(owner: { readonly name: string }, channels: number): void {
    const { unshared, batchNorm } = this;
    const { convolutions, normalizers } = this.shareable(owner).branch;
    const own = normalizers.map(({ affinity, statistics }, i) => {
      const prefix = `norm${i + 1}_`;
      const options = batchNorm as Exclude<typeof batchNorm, false>;
      return {
        momentum: options.momentum,
        epsilon: options.epsilon,
        affinity: unshared.parameters ? addAffinity(this.add, channels, options, prefix) : affinity,
        statistics: unshared.statistics ? addStatistics(this.add, channels, prefix) : statistics,
      };
    });
    this.branch = { convolutions, normalizers: own };
  }

  private shareable(owner: { readonly name: string }): ResidualConv {
    const found = owner instanceof ResidualConv;
    const wrong = found ? this.difference(owner) : 'is not in front of it';
    if (found && !wrong) return owner;
    throw new Error(`${this.label} shares the convolutions of "${owner.name}", which ${wrong}.`);
  }

  /** What keeps the convolutions of `owner` from being applied here. */
  private difference(owner: ResidualConv): string | undefined {
    const { filters } = this;
    if (!owner.built) return 'has not been built. Apply that block first';
    const inputs = owner.branch.convolutions[0]!.kernel.shape[2];
    if (owner.filters !== filters || inputs !== filters) {
      return `maps ${inputs} channels to ${owner.filters}, not ${filters} to ${filters}`;
    }
    for (const option of ['kernelSize', 'useBias', 'preActivation'] as const) {
      const [own, others] = [this[option], owner[option]];
      if (own !== others) return `has ${option} ${others}, not ${own}`;
    }
    const [own, others] = [this, owner].map(({ batchNorm }) => batchNorm !== false);
    return own === others ? undefined : `has batchNorm ${others}, not ${own}`;
  }
}

/** The residual block called `name` that the symbolic `inputs` come from. */
function blockBefore(inputs: unknown, name: string): ResidualConv | undefined {
  for (const input of [inputs].flat()) {
    if (!(input instanceof tf.SymbolicTensor)) continue;
    const { sourceLayer } = input;
    if (sourceLayer instanceof ResidualConv && sourceLayer.name === name) return sourceLayer;
    const before = blockBefore(input.inputs, name);
    if (before) return before;
  }
  return undefined;
}

tf.serialization.registerClass(ResidualConv);
