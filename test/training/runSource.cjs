/** Calls `main` of a TypeScript file in a plain Node process: `node runSource.cjs file.ts arguments`. */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');
const ts = require('typescript');

const compilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2022,
  esModuleInterop: true,
};

require.extensions['.ts'] = (/** @type {any} */ module, /** @type {string} */ file) => {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions });
  module._compile(outputText, file);
};

const core = join(__dirname, '..', '..', 'lib', 'core');
const sources = { 'unrolled-core': 'index.ts', 'unrolled-core/internal': 'internal.ts' };
const find = /** @type {any} */ (Module)._resolveFilename;
/** @type {any} */ (Module)._resolveFilename = (
  /** @type {string} */ name,
  /** @type {any[]} */ ...rest
) =>
  name in sources
    ? join(core, sources[/** @type {keyof typeof sources} */ (name)])
    : find(name, ...rest);

const [file, ...args] = process.argv.slice(2);
require(resolve(/** @type {string} */ (file))).main(...args);
