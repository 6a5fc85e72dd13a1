// The shape of recipes. Notebooks come from anywhere and are edited by hand, so there are two ways to read one: the
// kernel takes a recipe as it should be or not at all, the panel takes of a book what can be read.

import {
  RECIPE_VERSION,
  type BackendName,
  type ConcreteValue,
  type QConfigRow,
  type QuantMode,
  type Recipe,
  type RecipeBook
} from '../recipe';
import { mark } from './graphDocument';
import { fail, isObject, problemOf, validate, type AnyShape, type Path, type Shape } from './shape';
import {
  agreeing,
  constant,
  dictionary,
  flag,
  form,
  list,
  named,
  nothing,
  number,
  either,
  object,
  oneOf,
  optional,
  ordinal,
  text
} from './shapes';

export const BACKENDS = ['x86', 'fbgemm', 'onednn', 'qnnpack'] as const satisfies readonly BackendName[];
export const MODES = ['static', 'qat', 'dynamic', 'weight_only'] as const satisfies readonly QuantMode[];

/** Names become code (`recipe.code`), so nothing else than a name is let in. */
const VARIABLE = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const variable = form('a variable name', VARIABLE);

export const qconfigRow = named('QConfigRow', () =>
  object<QConfigRow>({
    style: oneOf(['object_type', 'module_name_regex', 'module_name']),
    target: text,
    qconfig: either(text, nothing)
  })
);

const evaluation = object<NonNullable<Recipe['evaluation']>>({
  inputs: variable,
  labels: optional(variable)
});

const concreteValue = either(either(flag, number), text, nothing) as Shape<ConcreteValue>;

/** Their names become code too. */
const concreteArgs = agreeing(dictionary(concreteValue), (values, path: Path) => {
  for (const name of Object.keys(values)) {
    if (!VARIABLE.test(name)) {
      fail([...path, name], 'the name of a parameter', name);
    }
  }
});

const fields = {
  version: constant(RECIPE_VERSION),
  model: variable,
  exampleInputs: list(variable),
  backend: oneOf(BACKENDS),
  mode: oneOf(MODES),
  qconfigRows: list(qconfigRow),
  marks: list(mark),
  concreteArgs: optional(concreteArgs),
  calibration: optional(variable),
  batchSize: optional(ordinal),
  evaluation: optional(evaluation)
} as const;

export const recipe: Shape<Recipe> = named('Recipe', () => object<Recipe>(fields));

export const recipeBook: Shape<RecipeBook> = agreeing(
  named('RecipeBook', () =>
    object<RecipeBook>({ version: constant(RECIPE_VERSION), recipes: dictionary(recipe) })
  ),
  ({ recipes }, path: Path) => {
    for (const [name, { model }] of Object.entries(recipes)) {
      if (model !== name) {
        fail([...path, 'recipes', name, 'model'], JSON.stringify(name), model);
      }
    }
  }
);

/** @throws ValidationError naming the place and what was expected there. */
export function validateRecipe(value: unknown): Recipe {
  return validate(recipe, value);
}

/** @throws ValidationError naming the place and what was expected there. */
export function validateRecipeBook(value: unknown): RecipeBook {
  return validate(recipeBook, value);
}

export interface SalvagedRecipe {
  readonly recipe: Recipe;
  /** One sentence for each part that could not be read. */
  readonly problems: readonly string[];
}

export function emptyRecipe(model: string): Recipe {
  return {
    version: RECIPE_VERSION,
    model,
    exampleInputs: [],
    backend: 'x86',
    mode: 'static',
    qconfigRows: [],
    marks: []
  };
}

/**
 * What can be read of a recipe; the rest is as in an empty one.
 * @param model what the recipe is kept under; it wins over a name inside, which may be of an older variable.
 */
export function salvageRecipe(model: string, value: unknown): SalvagedRecipe {
  const problems: string[] = [];
  if (!isObject(value)) {
    return { recipe: emptyRecipe(model), problems: [note(model, recipe, value)] };
  }
  const own = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  const fits = (shape: AnyShape, part: unknown, place: string): boolean => {
    const isFitting = problemOf(shape, part) === undefined;
    if (!isFitting) {
      problems.push(note(`${model}.${place}`, shape, part));
    }
    return isFitting;
  };
  const read = <T>(shape: Shape<T>, key: keyof Recipe, otherwise: T): T =>
    fits(shape, own(key), key) ? (own(key) as T) : otherwise;
  const readList = <T>(item: Shape<T>, key: keyof Recipe): T[] => {
    const items = own(key);
    return fits(anyList, items, key)
      ? (items as unknown[]).filter((part, i): part is T => fits(item, part, `${key}[${i}]`))
      : [];
  };
  const readOptional = <K extends 'calibration' | 'batchSize' | 'evaluation' | 'concreteArgs'>(
    key: K
  ): Partial<Recipe> => {
    const part = own(key);
    return part !== undefined && fits(fields[key].optional, part, key) ? { [key]: part } : {};
  };
  const plain = emptyRecipe(model);
  const salvaged: Recipe = {
    ...plain,
    exampleInputs: readList(variable, 'exampleInputs'),
    backend: read(fields.backend, 'backend', plain.backend),
    mode: read(fields.mode, 'mode', plain.mode),
    qconfigRows: readList(qconfigRow, 'qconfigRows'),
    marks: readList(mark, 'marks'),
    ...readOptional('concreteArgs'),
    ...readOptional('calibration'),
    ...readOptional('batchSize'),
    ...readOptional('evaluation')
  };
  return { recipe: salvaged, problems };
}

const anyList: AnyShape = {
  ...list(text),
  check: (value, path) => Array.isArray(value) || fail(path, 'a list', value)
};

const note = (place: string, shape: AnyShape, value: unknown): string => {
  const problem = problemOf(shape, value);
  const where = problem && problem.path !== '' ? `.${problem.path}` : '';
  return `${place}${where}: expected ${problem?.expected ?? shape.expected}`;
};
