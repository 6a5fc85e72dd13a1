// A recipe as the cell that does the same without the panel. Pure printing: names that came from the notebook are
// printed as identifiers only where they are identifiers, everything else as string literals.

import type { Mark } from './graphDocument';
import { DEFAULT_BATCH_SIZE, type ConcreteValue, type Recipe } from './recipe';

export function printRecipe(recipe: Recipe): string {
  const model = identifier(recipe.model);
  const prepare = printPrepareConfig(recipe.marks);
  const convert = printConvertConfig(recipe.marks);
  const rows = recipe.qconfigRows.map(printRow);
  const calibration = recipe.calibration === undefined ? undefined : identifier(recipe.calibration);
  const batches = calibration ?? 'batches';
  const names = ['convertFx', 'getDefaultQConfigMapping', 'prepareFx', 'toBatches'];
  if (prepare.length > 0) {
    names.push('PrepareCustomConfig');
  }
  if (convert.length > 0) {
    names.push('ConvertCustomConfig');
  }
  if (recipe.qconfigRows.some(row => row.qconfig !== null)) {
    names.push('namedQConfigs');
  }
  return [
    `import { ${names.sort((a, b) => a.localeCompare(b)).join(', ')} } from 'fxquant';`,
    '',
    `const mapping = getDefaultQConfigMapping(${text(recipe.backend)})${rows.join('')};`,
    ...(prepare.length > 0 ? [`const prepareConfig = new PrepareCustomConfig()${prepare.join('')};`] : []),
    ...(convert.length > 0 ? [`const convertConfig = new ConvertCustomConfig()${convert.join('')};`] : []),
    `const calibrationBatches = toBatches(${batches}, ${recipe.batchSize ?? DEFAULT_BATCH_SIZE});`,
    `const prepared = prepareFx(${model}.eval(), mapping, ${exampleInputs(recipe)}${lastArguments(prepare.length > 0, recipe)});`,
    'for (const batch of calibrationBatches) {',
    '  prepared(...batch);',
    '}',
    `const quantized = convertFx(prepared${convert.length > 0 ? ', convertConfig' : ''});`
  ].join('\n');
}

/** What follows the example inputs; what stands before something that is needed is null. */
function lastArguments(hasConfig: boolean, { concreteArgs = {} }: Recipe): string {
  const values = Object.entries(concreteArgs).map(
    ([name, value]) => `${identifier(name)}: ${literal(value)}`
  );
  return values.length > 0
    ? `, ${hasConfig ? 'prepareConfig' : 'null'}, null, { concreteArgs: { ${values.join(', ')} } }`
    : hasConfig
      ? ', prepareConfig'
      : '';
}

const literal = (value: ConcreteValue): string => (typeof value === 'string' ? text(value) : String(value));

function exampleInputs(recipe: Recipe): string {
  return recipe.exampleInputs.length > 0
    ? `[${recipe.exampleInputs.map(identifier).join(', ')}]`
    : 'calibrationBatches[0]';
}

function printRow(row: Recipe['qconfigRows'][number]): string {
  const qconfig = row.qconfig === null ? 'null' : `namedQConfigs[${text(row.qconfig)}]`;
  switch (row.style) {
    case 'module_name':
      return `\n  .setModuleName(${text(row.target)}, ${qconfig})`;
    case 'module_name_regex':
      return `\n  .setModuleNameRegex(${text(row.target)}, ${qconfig})`;
    default:
      return `\n  .setObjectType(${identifier(row.target)}, ${qconfig})`;
  }
}

const targets = (marks: readonly Mark[], kind: Mark['kind']) =>
  marks.filter(m => m.kind === kind).map(m => m.target);

function printPrepareConfig(marks: readonly Mark[]): string[] {
  const names = targets(marks, 'non_traceable_name');
  const classes = targets(marks, 'non_traceable_class');
  const leaves = targets(marks, 'leaf');
  return [
    ...(names.length > 0 ? [`\n  .setNonTraceableModuleNames([${names.map(text).join(', ')}])`] : []),
    ...(classes.length > 0
      ? [`\n  .setNonTraceableModuleClasses([${classes.map(identifier).join(', ')}])`]
      : []),
    ...(leaves.length > 0 ? [`\n  .setLeafModuleNames([${leaves.map(text).join(', ')}])`] : []),
    ...marks
      .filter(m => m.kind === 'custom')
      .map(
        m => `\n  .setFloatToObservedMapping(${identifier(m.target)}, ${identifier(m.observedClass ?? '')})`
      )
  ];
}

function printConvertConfig(marks: readonly Mark[]): string[] {
  return marks
    .filter(m => m.kind === 'custom')
    .map(
      m =>
        `\n  .setObservedToQuantizedMapping(${identifier(m.observedClass ?? '')}, ${identifier(m.quantizedClass ?? '')})`
    );
}

/** A string literal. What ends a line, or is seen by nobody, is written as an escape. */
const text = (value: string): string =>
  `'${value.replace(/[\\']/g, '\\$&').replace(/[\p{C}\u2028\u2029]/gu, escapeUnits)}'`;

const escapeUnits = (character: string): string =>
  [...Array(character.length).keys()]
    .map(i => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
    .join('');

/** @throws Error for what is no identifier: code is never made of arbitrary text. */
function identifier(name: string): string {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
    throw new Error(`'${name}' is no variable name`);
  }
  return name;
}
