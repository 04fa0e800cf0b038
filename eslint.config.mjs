import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

const rooms = [
  'engine',
  'datasets',
  'layers',
  'networks',
  'interventions',
  'probes',
  'training',
  'statistics',
  'figures',
  'notebook',
];

/** A room imports only from the rooms below it. */
/** @type {import('typescript-eslint').ConfigArray} */
const downwards = rooms.slice(0, -1).map((room, floor) => ({
  files: [`lib/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: rooms.slice(floor + 1).flatMap((above) => [`../${above}`, `../${above}/*`]),
            message: `The room "${room}" may import only from rooms below it: ${rooms.slice(0, floor).join(', ') || 'none'}.`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['**/dist/', '.venv/', '.unrolled/', 'data/cache/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['lib/**/*.ts'],
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': ['error', { publicOnly: true }],
      'no-console': 'error',
    },
  },
  { files: ['lib/nbconvert-runner/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.mjs', '**/*.cjs'], rules: { 'no-undef': 'off' } },
  ...downwards,
);
