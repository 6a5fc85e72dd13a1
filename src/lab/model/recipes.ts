// Recipes in a notebook's metadata: read with care, since a notebook can come from anywhere, and written only where
// what was there is understood.

import {
  emptyRecipe,
  isObject,
  RECIPE_METADATA_KEY,
  RECIPE_VERSION,
  salvageRecipe,
  type BackendName,
  type Mark,
  type Recipe
} from '../../protocol';

/** The part of a notebook's model that is used. */
export interface MetadataHolder {
  getMetadata(key: string): unknown;
  setMetadata(key: string, value: unknown): void;
}

export interface ReadRecipes {
  readonly recipes: ReadonlyMap<string, Recipe>;
  /** What could not be read, for a person. */
  readonly problem?: string;
  /** True where nothing of it is understood; it is then left alone. */
  readonly isForeign?: boolean;
}

/** What a person set once for all notebooks. */
export interface RecipeDefaults {
  readonly backend?: BackendName;
  readonly batchSize?: number;
}

export function defaultRecipe(model: string, defaults: RecipeDefaults = {}): Recipe {
  return { ...emptyRecipe(model), ...defaults };
}

/** Never throws, and loses nothing that can be read. */
export function readRecipes(holder: MetadataHolder): ReadRecipes {
  const value: unknown = holder.getMetadata(RECIPE_METADATA_KEY);
  if (value === undefined || value === null) {
    return { recipes: new Map() };
  }
  const foreign = (problem: string): ReadRecipes => ({ recipes: new Map(), problem, isForeign: true });
  if (!isObject(value) || !isObject(value.recipes)) {
    return foreign('The choices kept in this notebook cannot be read; they are left as they are.');
  }
  if (value.version !== RECIPE_VERSION) {
    const version = typeof value.version === 'number' ? value.version : 'unknown';
    return foreign(`The choices kept in this notebook are of version ${version}; they are left as they are.`);
  }
  const read = Object.entries(value.recipes).map(([model, recipe]) => salvageRecipe(model, recipe));
  const problems = read.flatMap(r => r.problems);
  return {
    recipes: new Map(read.map(({ recipe }) => [recipe.model, recipe])),
    ...(problems.length > 0
      ? { problem: `Not all choices kept in this notebook can be read: ${problems.join('; ')}.` }
      : {})
  };
}

/** Keeps a recipe, and leaves those of other models as they are, readable or not. */
export function writeRecipe(holder: MetadataHolder, recipe: Recipe): void {
  if (readRecipes(holder).isForeign) {
    return;
  }
  const book = holder.getMetadata(RECIPE_METADATA_KEY) as { recipes?: object } | null | undefined;
  const recipes = new Map(Object.entries(book?.recipes ?? {})).set(recipe.model, recipe);
  const written = { ...book, version: RECIPE_VERSION, recipes: Object.fromEntries(recipes) };
  holder.setMetadata(RECIPE_METADATA_KEY, JSON.parse(JSON.stringify(written)));
}

/** The recipe with a mark set; another mark of the same target gives way. */
export function withMark(recipe: Recipe, mark: Mark): Recipe {
  const others = recipe.marks.filter(m => m.target !== mark.target);
  return { ...recipe, marks: [...others, mark] };
}

/** The recipe without marks on a path or its class. */
export function withoutMarks(recipe: Recipe, path: string, className: string): Recipe {
  return { ...recipe, marks: recipe.marks.filter(m => m.target !== path && m.target !== className) };
}
