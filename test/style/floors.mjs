import { isBuiltin } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const lib = fileURLToPath(new URL('../../lib', import.meta.url));

/** The rooms of each package, ground floor first. */
const packages = {
  core: ['engine', 'data', 'layers', 'networks', 'interventions', 'probes', 'statistics'],
  '.': ['backends', 'datasets', 'training', 'figures', 'notebook'],
};

/** Where a path leads: which package, which floor of it; no floor for its index. */
function placeOf(/** @type {string} */ path) {
  const parts = relative(lib, path)
    .split(/[\\/]/)
    .filter((part) => part !== 'dist');
  if (parts[0] === '..') return undefined;
  const [house, room] = parts[0] === 'core' ? ['core', parts[1]] : ['.', parts[0]];
  const rooms = packages[/** @type {keyof typeof packages} */ (house)];
  return { house, floor: rooms.indexOf(String(room)), rooms };
}

/**
 * What is wrong with an import of `name` in the file at `path`; nothing if it leads downwards.
 *
 * @param {string} path @param {string} name
 */
export function misstep(path, name) {
  const from = placeOf(path);
  if (!from || from.floor < 0) return undefined;
  const room = from.rooms[from.floor];
  if (/^(\.|unrolled).*\/dist(\/|$)/.test(name))
    return `"${name}" is compiled code. Import the source.`;
  if (/^unrolled(\/|$)/.test(name))
    return `The room "${room}" is part of unrolled. Import by path.`;
  if (/^unrolled-core(\/|$)/.test(name)) {
    return from.house === 'core'
      ? `The room "${room}" is part of the core. Import by path.`
      : undefined;
  }
  if (!name.startsWith('.')) {
    const node = from.house === 'core' && isBuiltin(name);
    return node ? `The core runs in browsers, where there is no "${name}".` : undefined;
  }
  const to = placeOf(resolve(dirname(path), name));
  if (to?.house === from.house && to.floor >= 0 && to.floor <= from.floor) return undefined;
  if (to?.house === 'core') return `The core is a package: import from "unrolled-core".`;
  const below = from.rooms.slice(0, from.floor).join(', ') || 'none';
  return `The room "${room}" may import only from rooms below it: ${below}.`;
}

/** @type {import('eslint').Rule.RuleModule} */
export const floors = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const check = (/** @type {any} */ node, /** @type {any} */ source) => {
      if (typeof source?.value !== 'string') return;
      const message = misstep(context.filename, source.value);
      if (message) context.report({ node, message });
    };
    const declared = (/** @type {any} */ node) => check(node, node.source);
    return {
      ImportDeclaration: declared,
      ExportNamedDeclaration: declared,
      ExportAllDeclaration: declared,
      ImportExpression: declared,
      TSImportType: (/** @type {any} */ node) => check(node, node.source ?? node.argument?.literal),
      CallExpression(/** @type {any} */ node) {
        const { callee } = node;
        const name = callee.type === 'MemberExpression' ? callee.object.name : callee.name;
        if (name === 'require') check(node, node.arguments[0]);
      },
    };
  },
};
