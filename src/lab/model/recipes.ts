// Recipes in a notebook's metadata: read with care, since a notebook can come from anywhere, and written only where
// what was there is understood.

import {
  MARK_KINDS,
  RECIPE_METADATA_KEY,
  RECIPE_VERSION,
  type Mark,
  type Recipe,
  type RecipeBook
} from '../../protocol';

/** The part of a notebook's model that is used. */
export interface MetadataHolder {
  getMetadata(key: string): unknown;
  setMetadata(key: string, value: unknown): void;
}

export interface ReadRecipes {
  readonly recipes: Readonly<Record<string, Recipe>>;
  /** Present where the metadata is not understood; it is then left alone. */
  readonly problem?: string;
}

export function defaultRecipe(model: string): Recipe {
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

export function readRecipes(holder: MetadataHolder): ReadRecipes {
  const value: unknown = holder.getMetadata(RECIPE_METADATA_KEY);
  if (value === undefined || value === null) {
    return { recipes: {} };
  }
  const book = value as Partial<RecipeBook>;
  if (typeof value !== 'object' || typeof book.recipes !== 'object' || book.recipes === null) {
    return {
      recipes: {},
      problem: 'The choices kept in this notebook cannot be read; they are left as they are.'
    };
  }
  if (book.version !== RECIPE_VERSION) {
    return {
      recipes: {},
      problem: `The choices kept in this notebook are of version ${String(book.version)}; they are left as they are.`
    };
  }
  const entries = Object.entries(book.recipes).filter(([, recipe]) => isRecipe(recipe));
  return { recipes: Object.fromEntries(entries) };
}

export function writeRecipe(holder: MetadataHolder, recipe: Recipe): void {
  const { recipes, problem } = readRecipes(holder);
  if (problem === undefined) {
    const book: RecipeBook = { version: RECIPE_VERSION, recipes: { ...recipes, [recipe.model]: recipe } };
    holder.setMetadata(RECIPE_METADATA_KEY, JSON.parse(JSON.stringify(book)));
  }
}

export function isRecipe(value: unknown): value is Recipe {
  const recipe = value as Partial<Recipe> | null;
  return (
    typeof recipe === 'object' &&
    recipe !== null &&
    typeof recipe.model === 'string' &&
    Array.isArray(recipe.exampleInputs) &&
    Array.isArray(recipe.qconfigRows) &&
    Array.isArray(recipe.marks) &&
    recipe.marks.every(isMark)
  );
}

function isMark(value: unknown): value is Mark {
  const mark = value as Partial<Mark> | null;
  return (
    typeof mark === 'object' &&
    mark !== null &&
    typeof mark.target === 'string' &&
    (MARK_KINDS as readonly unknown[]).includes(mark.kind)
  );
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
