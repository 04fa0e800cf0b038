import { join } from 'node:path';
import { Application, OptionDefaults } from 'typedoc';
import { root, scratch } from './house.mjs';

// npm run docs: a page a room, in .unrolled/docs; a warning is an error.
const app = await Application.bootstrap({
  name: 'unrolled',
  entryPoints: [join(root, 'lib/core/*/index.ts'), join(root, 'lib/*/index.ts')],
  exclude: [join(root, 'lib/core/index.ts')],
  tsconfig: join(root, 'tsconfig.json'),
  // The compiler's own complaints are for those who compile.
  skipErrorChecking: true,
  excludeExternals: true,
  excludePrivate: true,
  excludeProtected: true,
  disableSources: true,
  readme: 'none',
  modifierTags: [...OptionDefaults.modifierTags, '@nocollapse'],
});
const project = await app.convert();
// What is mentioned without being exported is looked for in one package at a time.
for (const name of ['unrolled', 'unrolled-core']) {
  if (project) project.packageName = name;
  if (project) app.validate(project);
}
if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
await app.generateDocs(project, join(scratch, 'docs'));
