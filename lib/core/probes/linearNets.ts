import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';

/** A deep linear net, in float64, of square matrices of one size. */
export interface LinearNet {
  /** The weights W, first layer first: a matrix by rows each. */
  weights: readonly (readonly (readonly number[])[])[];
  /** n, how many layers each shortcut spans; 0 for a net without. Divides the number of layers. */
  span: number;
}

/** The loss of a linear net, and its gradient by each matrix. */
export interface LinearNetLoss {
  loss: number;
  gradients: number[][][];
}

/**
 * The loss of a deep linear net on white inputs, E[x x'] = I, whose targets are A x (Li, Jiao, Han and
 * Weissman 2016, section 3),
 *
 *     L = |P - A|^2 / 2,  P = B_m ... B_1,
 *
 * of blocks B = I + W_n ... W_1 over a shortcut that spans n layers, or B = W without shortcuts.
 *
 * @param target A, by rows
 * @throws RangeError when the shortcuts do not span whole blocks.
 */
export function linearNetLoss(
  net: LinearNet,
  target: readonly (readonly number[])[],
): LinearNetLoss {
  const { loss, gradients } = lossOf(blocksOf(net), matrixOf(target));
  return { loss, gradients: gradients.map((gradient) => gradient.to2DArray()) };
}

/**
 * The eigenvalues of the Hessian of {@link linearNetLoss} by all weights together, in ascending order. The
 * Hessian is taken by central differences of the exact gradient, in float64.
 *
 * @throws RangeError as `linearNetLoss`.
 */
export function linearNetSpectrum(
  net: LinearNet,
  target: readonly (readonly number[])[],
): number[] {
  const step = 1e-4;
  const A = matrixOf(target);
  const blocks = blocksOf(net);
  const weights = blocks.layers.flat();
  const size = A.rows;
  const gradientAt = () => lossOf(blocks, A).gradients.flatMap((gradient) => gradient.to1DArray());
  const columns = weights.flatMap((matrix) =>
    Array.from({ length: size * size }, (_, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      const value = matrix.get(row, column);
      const [above, below] = [step, -step].map((by) => {
        matrix.set(row, column, value + by);
        return gradientAt();
      });
      matrix.set(row, column, value);
      return above!.map((g, i) => (g - below![i]!) / (2 * step));
    }),
  );
  const hessian = new Matrix(columns);
  const symmetric = hessian.clone().add(hessian.transpose()).mul(0.5);
  const { realEigenvalues } = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  return [...realEigenvalues].sort((a, b) => a - b);
}

/** The singular values of a matrix by rows, in descending order. */
export function singularValues(matrix: readonly (readonly number[])[]): number[] {
  return new SingularValueDecomposition(matrixOf(matrix)).diagonal;
}

/** The layers of each block, and what its product is added to. */
interface Blocks {
  layers: Matrix[][];
  shortcut: boolean;
}

function blocksOf({ weights, span }: LinearNet): Blocks {
  const shortcut = span !== 0;
  const length = shortcut ? span : 1;
  if (!Number.isInteger(length) || length < 0 || weights.length % length !== 0) {
    throw new RangeError(
      `Shortcuts over ${span} layers do not make whole blocks of ${weights.length} layers.`,
    );
  }
  const matrices = weights.map(matrixOf);
  const layers = Array.from({ length: matrices.length / length }, (_, b) =>
    matrices.slice(b * length, (b + 1) * length),
  );
  return { layers, shortcut };
}

function lossOf({ layers, shortcut }: Blocks, A: Matrix): { loss: number; gradients: Matrix[] } {
  const I = Matrix.eye(A.rows);
  const products = layers.map((block) => block.reduce((product, W) => W.mmul(product), I));
  const maps = products.map((product) => (shortcut ? Matrix.add(I, product) : product));
  const before = [I];
  for (const map of maps) before.push(map.mmul(before.at(-1)!));
  const error = Matrix.sub(before.pop()!, A);
  let back = error;
  const gradients: Matrix[] = [];
  for (const [b, block] of [...layers.entries()].reverse()) {
    const ofProduct = back.mmul(before[b]!.transpose());
    gradients.unshift(...throughLayers(block, ofProduct, I));
    back = maps[b]!.transpose().mmul(back);
  }
  return { loss: error.norm() ** 2 / 2, gradients };
}

/** The gradients by the layers of a product, from that by the product. */
function throughLayers(layers: readonly Matrix[], ofProduct: Matrix, I: Matrix): Matrix[] {
  const right = [I];
  for (const W of layers.slice(0, -1)) right.push(W.mmul(right.at(-1)!));
  let back = ofProduct;
  return [...layers]
    .map((W, i) => [W, right[i]!] as const)
    .reverse()
    .map(([W, product]) => {
      const gradient = back.mmul(product.transpose());
      back = W.transpose().mmul(back);
      return gradient;
    })
    .reverse();
}

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return new Matrix(rows.map((row) => [...row]));
}
