/*
 * The recipes of the papers. A value without a comment is the paper's own; "ours" marks one that the
 * paper does not give, or that the sources at hand do not. The papers subtract the mean of the training
 * images, which is no part of a recipe here: images stay in [0, 1].
 */

import type { EpochRecipe, Recipe } from './recipe';

/** He, Zhang, Ren and Sun 2015 (arXiv 1512.03385), section 4.2: ResNets of 20 to 56 layers on CIFAR-10. */
export const he2015: Recipe = {
  optimizer: { name: 'momentum', momentum: 0.9, weightDecay: 1e-4 },
  batchSize: 128,
  // 0.1, divided by 10 at 32,000 and 48,000 iterations, stopped at 64,000
  steps: 64_000,
  schedule: { kind: 'drops', rate: 0.1, factor: 0.1, at: [32_000, 48_000] },
  // 4 pixels of padding on each side, a random crop, a random horizontal flip
  augmentation: { flip: true, shift: 4 },
};

/** {@link he2015} in an evening on two cores: a sixteenth of the steps, of half the images. */
export const he2015Short: Recipe = {
  ...he2015,
  // ours, as all of these
  batchSize: 64,
  steps: 3600,
  schedule: { kind: 'drops', rate: 0.1, factor: 0.1, at: [2160, 3060] },
};

/**
 * {@link he2015} for 110 layers, for which 0.1 is too large to start with: 0.01 until the training
 * error is below 80 %, which takes about 400 iterations.
 */
export const he2015Deep: Recipe = {
  ...he2015,
  schedule: {
    kind: 'piecewise',
    rates: [
      { from: 0, rate: 0.01 },
      { from: 400, rate: 0.1 },
      { from: 32_000, rate: 0.01 },
      { from: 48_000, rate: 0.001 },
    ],
  },
};

/**
 * Huang, Sun, Liu, Sedra and Weinberger 2016 (arXiv 1603.09382), from the authors' code
 * (yueatsprograms/Stochastic_Depth): ResNet-110 on CIFAR-10 and CIFAR-100, with constant or with
 * stochastic depth.
 */
export const huang2016: EpochRecipe = {
  optimizer: { name: 'nesterov', momentum: 0.9, weightDecay: 1e-4 },
  batchSize: 128,
  // 0.1, times 0.1 after a half and after three quarters of the epochs
  epochs: 500,
  schedule: { kind: 'drops', rate: 0.1, factor: 0.1, at: [250, 375] },
  // a random flip, a shift of up to 4 pixels
  augmentation: { flip: true, shift: 4 },
};

/** What the recipes of Jastrzebski et al. 2018 have in common. */
const jastrzebski2018 = {
  // momentum 0.9; weight decay ours, as He et al. 2015
  optimizer: { name: 'momentum', momentum: 0.9, weightDecay: 1e-4 },
  // ours, as He et al. 2015
  batchSize: 128,
  // "flips and translations"; by how much is ours, as He et al. 2015
  augmentation: { flip: true, shift: 4 },
} as const;

/** Jastrzebski et al. 2018 (arXiv 1710.04773; read in the version submitted): the original ResNet-110 on CIFAR-10. */
export const jastrzebski2018Original: EpochRecipe = {
  ...jastrzebski2018,
  epochs: 300,
  schedule: {
    kind: 'piecewise',
    rates: [
      { from: 0, rate: 0.1 },
      { from: 80, rate: 0.01 },
      { from: 120, rate: 0.001 },
      { from: 200, rate: 0.00001 },
      // as printed; probably a slip
      { from: 240, rate: 0.000011 },
    ],
  },
};

/** Jastrzebski et al. 2018, as {@link jastrzebski2018Original}: the single-representation ResNet on CIFAR-10. */
export const jastrzebski2018SingleRepresentation: EpochRecipe = {
  ...jastrzebski2018,
  epochs: 200,
  schedule: {
    kind: 'piecewise',
    rates: [
      { from: 0, rate: 0.1 },
      { from: 40, rate: 0.02 },
      { from: 60, rate: 0.004 },
      { from: 80, rate: 0.0008 },
    ],
  },
};

/** Jastrzebski et al. 2018, as {@link jastrzebski2018Original}: the average-pooling ResNet on CIFAR-10. */
export const jastrzebski2018AveragePooling: EpochRecipe = {
  ...jastrzebski2018SingleRepresentation,
  epochs: 100,
};
