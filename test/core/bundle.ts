import { builtinModules } from 'node:module';
import * as esbuild from 'esbuild';

/** What a bundler for browsers makes of a module. */
export interface Bundle {
  /** The one file, minified; what the module exports is the global `bundled`. */
  code: string;
  /** The files that went into it, by path. */
  inputs: string[];
  /** What it still asks for when it runs: "importer: name". */
  missing: string[];
  /** Bytes of `code` that come from `unrolled-core`. */
  ofCore: number;
}

/** Node's own modules, but for those that a package's `browser` field leaves out, are left to be asked for. */
const leaveNode: esbuild.Plugin = {
  name: 'leave-node',
  setup(build) {
    const names = builtinModules.map((name) => name.replace(/\W/g, '\\$&'));
    build.onResolve({ filter: new RegExp(`^(node:.*|${names.join('|')})$`) }, async (request) => {
      if (request.pluginData === leaveNode) return undefined;
      const { importer, kind, resolveDir } = request;
      const found = await build.resolve(request.path, {
        importer,
        kind,
        resolveDir,
        pluginData: leaveNode,
      });
      return found.errors.length > 0 ? { path: request.path, external: true } : undefined;
    });
  },
};

/** Bundles the module `source`, TypeScript that stands in this folder, against the compiled packages. */
export async function bundle(source: string): Promise<Bundle> {
  const { metafile, outputFiles } = await esbuild.build({
    stdin: { contents: source, loader: 'ts', resolveDir: import.meta.dirname },
    tsconfigRaw: {},
    plugins: [leaveNode],
    bundle: true,
    platform: 'browser',
    // As Vite and webpack have it, which take the same tfjs for `import` and for `require`.
    mainFields: ['browser', 'module', 'main'],
    format: 'iife',
    globalName: 'bundled',
    minify: true,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const inputs = Object.entries(metafile.inputs);
  const [output] = Object.values(metafile.outputs);
  const isCore = ([path]: [string, unknown]) => path.startsWith('lib/core/');
  return {
    code: outputFiles[0]!.text,
    inputs: inputs.map(([path]) => path),
    missing: inputs.flatMap(([importer, { imports }]) =>
      imports.filter((each) => each.external).map(({ path }) => `${importer}: ${path}`),
    ),
    ofCore: Object.entries(output!.inputs)
      .filter(isCore)
      .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0),
  };
}
