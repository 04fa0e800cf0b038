/**
 * Calls `main` of a TypeScript file in a plain Node process, over the compiled library:
 * `node runSource.cjs file.ts arguments`.
 */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { resolve } = require('node:path');
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

const find = /** @type {any} */ (Module)._resolveFilename;
/** @type {any} */ (Module)._resolveFilename = (
  /** @type {string} */ name,
  /** @type {any[]} */ ...rest
) => find(name.replace(/^(\.\.\/\.\.\/lib(?:\/core)?)\/(\w+)$/, '$1/dist/$2'), ...rest);

const [file, ...args] = process.argv.slice(2);
require(resolve(/** @type {string} */ (file))).main(...args);
