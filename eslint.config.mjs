import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
import { floors } from './test/style/floors.mjs';

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
    plugins: { jsdoc, house: { rules: { floors } } },
    rules: {
      'house/floors': 'error',
      'jsdoc/require-jsdoc': ['error', { publicOnly: true }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name=/^(data|array|bytes|buffer)Sync$/]',
          message: 'On WebGPU no value is read at once: await data() or array().',
        },
      ],
    },
  },
  { files: ['lib/nbconvert-runner/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.mjs', '**/*.cjs'], rules: { 'no-undef': 'off' } },
);
