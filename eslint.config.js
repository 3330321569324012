import { readdirSync } from 'node:fs';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

/** Each room may import from those before it; main.ts from all. */
const rooms = ['contracts', 'core', 'pipeline', 'adapters', 'app', 'commands'];
const root = import.meta.dirname;

const towardsTheCore = rooms.flatMap((room, at) =>
  [...rooms.slice(at + 1), 'main.ts'].map((later) => ({
    target: `./src/${room}`,
    from: `./src/${later}`,
    message: `src/${room} may only import from: ${[...rooms.slice(0, at), room].join(', ')}.`,
  })),
);

/** An adapter stands alone; only the memory adapters, which every other may be tried against, are open to all. */
const adaptersApart = readdirSync(`${root}/src/adapters`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    target: `./src/adapters/${name}`,
    from: './src/adapters',
    except: [...new Set([`./${name}`, './memory'])],
    message: 'Adapters meet in src/app, through the ports.',
  }));

/** Packages that one folder hides from all other code. */
const hidden = [
  { regex: '^(kafkajs|@kafkajs/(?!confluent-schema-registry))', home: 'src/adapters/kafka' },
  { regex: '^(@kafkajs/confluent-schema-registry|avsc|ajv)', home: 'src/adapters/registry' },
  { regex: '^ioredis', home: 'src/adapters/redis' },
  { regex: '^@marcbachmann/cel-js', home: 'src/pipeline/maps' },
  { regex: '^jose', home: 'src/adapters/http' },
];

function hiddenOutside(folder) {
  return hidden.filter(({ home }) => home !== folder).map(({ regex, home }) => ({ regex, message: `Only ${home} knows this package.` }));
}

/** Everything outside the repository but these packages. */
function packagesBut(allowed, message) {
  const others = allowed.length === 0 ? '' : `(?!(?:${allowed.join('|')})(?:/|$))`;
  return { regex: `^(?!\\.{1,2}/)${others}`, message };
}

function restrictImports(files, ...patterns) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

const noDateNow = { object: 'Date', property: 'now', message: 'Time is an argument here.' };

const noSwitchedOffTests = {
  selector: 'CallExpression > MemberExpression[object.name=/^(test|describe|it)$/][property.name=/^(only|skip|todo|failing)$/]',
  message: 'Every test runs.',
};

/**
 * Lines of code that a function holds itself. A factory is mostly the functions that it returns; each of those is
 * measured on its own, so that state shared by closures needs no excuse.
 */
const maxOwnLines = {
  meta: { type: 'suggestion', schema: [{ type: 'integer', minimum: 1 }] },
  create(context) {
    const [max] = context.options;
    const source = context.sourceCode;
    const open = [];
    return {
      ':function'() {
        open.push(new Set());
      },
      ':function:exit'(node) {
        const inner = open.pop();
        const all = linesOfCode(source, node);
        const own = [...all].filter((line) => !inner.has(line)).length;
        // The first line of an inner function belongs to the outer one: that is where it is named.
        for (const line of all) if (line !== node.loc.start.line) open.at(-1)?.add(line);
        if (own > max) context.report({ loc: node.loc.start, message: `${own} lines of its own; at most ${max}. Take a step of it out.` });
      },
    };
  },
};

function linesOfCode(source, node) {
  const lines = new Set();
  for (const { loc } of source.getTokens(node)) for (let line = loc.start.line; line <= loc.end.line; line += 1) lines.add(line);
  return lines;
}

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.cache/', 'node_modules/']),
  {
    files: ['**/*.ts'],
    extends: [ts.configs.strictTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } })] },
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-ignore': true, 'ts-expect-error': true, 'ts-nocheck': true, 'ts-check': false }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Ports are async because some adapter must wait; another need not.
      '@typescript-eslint/require-await': 'off',
      // It can't see that a closure changes a variable while this function awaits.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-extraneous-dependencies': ['error', { devDependencies: ['test/**', 'bench/**', 'scripts/**'] }],
      // Code points are what is meant.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { size: { rules: { 'max-own-lines': maxOwnLines } } },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: root, zones: [...towardsTheCore, ...adaptersApart] }],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'size/max-own-lines': ['error', 40],
      complexity: ['error', { max: 20, variant: 'modified' }],
      'no-console': 'error',
    },
  },
  restrictImports(['src/**/*.ts'], ...hiddenOutside('')),
  ...hidden.map(({ home }) => restrictImports([`${home}/**/*.ts`], ...hiddenOutside(home))),
  restrictImports(['src/contracts/**/*.ts'], packagesBut(['zod'], 'Contracts know nothing but zod.')),
  restrictImports(['src/core/**/*.ts'], packagesBut([], 'The core is pure: no platform and no packages.')),
  { files: ['src/pipeline/**/*.ts'], rules: { 'no-restricted-properties': ['error', noDateNow] } },
  {
    files: ['src/contracts/**/*.ts', 'src/core/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', noDateNow, { object: 'Math', property: 'random', message: 'The core holds no chance.' }],
      'no-restricted-syntax': ['error',
        { selector: ":matches(NewExpression, CallExpression)[callee.name='Date'][arguments.length=0]", message: 'Time is an argument here.' },
      ],
      'no-restricted-globals': ['error', 'process', 'performance', 'crypto', 'console', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-syntax': ['error', noSwitchedOffTests],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    rules: { 'no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }], 'prefer-const': 'error', eqeqeq: 'error' },
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
);
