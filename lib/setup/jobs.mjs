import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './house.mjs';

/** @typedef {import('./results.mjs').Notebook} Notebook */
/** @typedef {typeof import('../index.js')} Unrolled */
/** @typedef {import('../index.js').Trainable} Trainable */
/** @typedef {import('../index.js').Split} Split */
/** @typedef {import('../index.js').Recipe} Recipe */
/** @typedef {import('../index.js').Network} Network */
/** @typedef {import('../index.js').Stream} Stream */
/** @typedef {import('../index.js').RunOptions<Network>} RunOptions */
/** @typedef {{ steps: number, seconds: number, denseOnly?: boolean, onJob?: (job: Job) => void }} Limits */
/** @typedef {{ name: string, steps: number, of: number, seconds: number, first: number, last: number, problem?: string }} Job */

/** Functions of `unrolled` that train: a cell with a call of one, or of a function that calls one, is a job. */
const trainers = ['trainOnce', 'fit'];

/** The loss of guessing among ten classes, and below which share of it a job must come in how many steps. */
const guessing = Math.log(10);
const learned = 0.9;
const enough = 1000;

/**
 * The code of the cells that train, and of those whose names these use, directly or not, in order:
 * nothing that only measures or draws.
 */
export function trainingCode(/** @type {Notebook} */ { cells }) {
  const parts = cells
    .filter((cell) => cell.cell_type === 'code')
    .map((cell) => namesOf([cell.source].flat().join('')));
  const training = new Set(trainers);
  for (const { functions } of parts) {
    for (const [name, uses] of functions) {
      if (trainers.some((trainer) => uses.has(trainer))) training.add(name);
    }
  }
  /** @type {Set<string>} */
  const used = new Set();
  /** @type {string[]} */
  const wanted = [];
  // From the last to the first: a cell uses what one above it declares.
  for (const { source, declares, uses } of parts.reverse()) {
    const trains = [...uses].some((name) => training.has(name));
    if (!trains && ![...declares].some((name) => used.has(name))) continue;
    wanted.unshift(source);
    uses.forEach((name) => used.add(name));
  }
  return wanted.join('\n');
}

/** What a cell declares at its top, which names it reads, and which of them each of its functions reads. */
function namesOf(/** @type {string} */ source) {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, true);
  /** @type {Set<string>} */
  const declares = new Set();
  /** @type {Set<string>} */
  const uses = new Set();
  const bound = (/** @type {ts.BindingName} */ name) => {
    if (ts.isIdentifier(name)) declares.add(name.text);
    else for (const part of name.elements) if (ts.isBindingElement(part)) bound(part.name);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      statement.declarationList.declarations.forEach(({ name }) => bound(name));
    } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      if (statement.name) declares.add(statement.name.text);
    } else if (ts.isImportDeclaration(statement)) {
      const named = statement.importClause?.namedBindings;
      if (named && ts.isNamespaceImport(named)) declares.add(named.name.text);
      else named?.elements.forEach(({ name }) => declares.add(name.text));
    }
  }
  /** @type {Map<string, Set<string>>} */
  const functions = new Map();
  const visit = (/** @type {ts.Node} */ node) => {
    const { parent } = node;
    if (ts.isImportDeclaration(node)) return;
    const key =
      parent &&
      ((ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node));
    if (ts.isIdentifier(node) && !key) uses.add(node.text);
    ts.forEachChild(node, visit);
    if (
      ts.isVariableDeclaration(node) &&
      node.initializer &&
      ts.isArrowFunction(node.initializer)
    ) {
      functions.set(node.name.getText(), new Set(node.initializer.getText().match(/\w+/g)));
    }
  };
  visit(file);
  return { source, declares, uses, functions };
}

class Enough extends Error {}

/**
 * Starts each training job of a notebook under the profile `paper` once, with the net, the batches and
 * the rates of its recipe, on 4,000 generated images, until it has taken so many steps or seconds. A job
 * of several seeds is started from the first.
 *
 * @param {Notebook} notebook @param {Limits} limits @returns {Promise<Job[]>}
 */
export async function startJobs(notebook, limits) {
  process.env['PROFILE'] = 'paper';
  const require = createRequire(join(root, 'notebooks', 'notebook.js'));
  const unrolled = /** @type {Unrolled} */ (require('unrolled'));
  await unrolled.selectBackend();
  /** @type {Job[]} */
  const jobs = [];
  /** @type {Map<string, Trainable>} */
  const nets = new Map();
  /** @type {(name: string, net: Trainable, data: Split, recipe: Recipe, stream: Stream) => Promise<void>} */
  const start = async (name, net, data, recipe, stream) => {
    nets.set(name, net);
    const blocks = /** @type {Partial<Network>} */ (net).blocks;
    const dense = !blocks || blocks[0]?.outputShape.length === 2;
    if (limits.denseOnly && !dense) return;
    const job = await begin(unrolled, { name, net, data, recipe, stream }, limits);
    jobs.push(job);
    limits.onJob?.(job);
  };
  /** @type {Pick<Unrolled, 'loadDataset'>['loadDataset']} */
  const load = (name) =>
    unrolled.loadDataset(/mnist|glyphs/.test(name) ? 'glyphs' : 'textures', { test: 500 });
  const nothing = () => {};
  /** @type {Record<string, unknown>} */
  const instead = {
    loadDataset: load,
    loadFirstAvailable: (/** @type {string[]} */ names) => load(names.at(-1) ?? ''),
    trainOnce: async (/** @type {RunOptions} */ { name, build, data, recipe, seed }) => {
      const stream = (/** @type {string} */ of) => unrolled.Stream.of(seed).fork(of);
      if (!nets.has(name)) {
        await start(name, build(stream('weights')), data.train, recipe, stream('batches'));
      }
      return { net: nets.get(name), losses: new Float32Array(recipe.steps), reusedSteps: 0 };
    },
    /** @type {Unrolled['fit']} */
    fit: async (net, data, recipe, { stream }) => {
      const name = `head, ${recipe.steps} steps`;
      if (!nets.has(name)) await start(name, net, data, recipe, stream);
      return new Float32Array(recipe.steps);
    },
    progress: () => ({ advance: nothing, done: nothing }),
    reportSetup: nothing,
    netTable: nothing,
    show: nothing,
    claim: nothing,
  };
  const { outputText } = ts.transpileModule(trainingCode(notebook), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const { constructor: AsyncFunction } = Object.getPrototypeOf(async () => {});
  const module = (/** @type {string} */ name) =>
    name === 'unrolled' ? { ...unrolled, ...instead } : require(name);
  await new AsyncFunction('require', 'exports', outputText)(module, {});
  return jobs;
}

/**
 * @param {Unrolled} unrolled
 * @param {{ name: string, net: Trainable, data: Split, recipe: Recipe, stream: Stream }} job
 * @param {Limits} limits
 * @returns {Promise<Job>}
 */
async function begin(unrolled, { name, net, data, recipe, stream }, { steps, seconds }) {
  /** @type {number[]} */
  const losses = [];
  const from = Date.now();
  const taken = () => (Date.now() - from) / 1000;
  const onStep = (/** @type {{ loss: number }} */ { loss }) => {
    losses.push(loss);
    if (losses.length >= steps || taken() > seconds) throw new Enough();
  };
  let problem;
  try {
    await unrolled.fit(net, data, recipe, { stream, onStep });
  } catch (error) {
    if (!(error instanceof Enough)) problem = /** @type {Error} */ (error).message;
  }
  const tenth = Math.max(1, Math.floor(losses.length / 10));
  const [first, last] = [mean(losses.slice(0, tenth)), mean(losses.slice(-tenth))];
  problem ??= judged(losses.length, first, last);
  return { name, steps: losses.length, of: recipe.steps, seconds: taken(), first, last, problem };
}

/** What is wrong with a job that came from one loss to another in so many steps, if anything. */
export function judged(
  /** @type {number} */ steps,
  /** @type {number} */ first,
  /** @type {number} */ last,
) {
  if (steps >= enough && last > learned * guessing) {
    return `after ${steps} steps the loss is still that of guessing`;
  }
  return last > 1.1 * Math.max(first, guessing) ? 'the loss rises' : undefined;
}

const mean = (/** @type {number[]} */ part) => part.reduce((a, b) => a + b, 0) / part.length;
