// Lint rules, among them the layering of `src/` (docs/architecture.md): arrows point down only.
import jupyter from '@jupyter/eslint-plugin';
import tseslint from 'typescript-eslint';

/** What each layer may import from, besides itself. Type-only imports count. */
const layers = {
  kernels: [],
  tensor: ['kernels'],
  optim: ['tensor'],
  nn: ['tensor'],
  fx: ['nn', 'tensor'],
  quantization: ['fx', 'nn', 'tensor'],
  insight: ['quantization', 'fx', 'nn', 'tensor'],
  interchange: ['quantization', 'fx', 'nn', 'tensor'],
  protocol: [],
  kernel: ['protocol', 'interchange', 'insight', 'quantization', 'fx', 'nn', 'optim', 'tensor'],
  lab: ['protocol']
};

const layerRules = Object.entries(layers).map(([layer, below]) => ({
  files: [`src/${layer}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: Object.keys(layers)
          .filter(other => other !== layer && !below.includes(other))
          .map(other => ({
            regex: `^(\\.\\./)+${other}(/|$)`,
            message: `src/${layer} may import from: ${[...below, 'itself'].join(', ')}.`
          }))
      }
    ]
  }
}));

export default tseslint.config(
  {
    ignores: [
      'lib/',
      'esm/',
      'node_modules/',
      '.venv/',
      '.cache/',
      'artifacts/',
      'docs/api/',
      'jupyterlab_fxquant/labextension/'
    ]
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'max-lines': ['warn', { max: 300, skipBlankLines: true, skipComments: true }]
    }
  },
  // The plugin's own presets name its rules without declaring the plugin.
  ...jupyter.configs.recommended.map(config => ({
    ...config,
    plugins: { jupyter },
    files: (config.files ?? []).flatMap(f =>
      f.includes('schema') ? ['schema/plugins/*.json'] : [`src/lab/${f}`]
    )
  })),
  { files: ['src/**/*.{ts,tsx}'], rules: { '@typescript-eslint/no-non-null-assertion': 'error' } },
  // A command-line program prints.
  { files: ['test/parity/main.ts', 'bench/main.ts'], rules: { 'no-console': 'off' } },
  ...layerRules
);
