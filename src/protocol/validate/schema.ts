// The shapes as JSON Schema (draft 2020-12), for readers in other languages.

import { graphDocument } from './graphDocument';
import { recipeBook } from './recipe';
import type { AnyShape, JsonSchema } from './shape';

export interface SchemaDocument {
  readonly $schema: string;
  readonly title: string;
  readonly description: string;
  readonly $ref: string;
  readonly $defs: Readonly<Record<string, JsonSchema>>;
}

function schemaDocument(shape: AnyShape, title: string, description: string): SchemaDocument {
  const defs = new Map<string, JsonSchema>();
  const { $ref } = shape.schema(defs) as { $ref: string };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    description,
    $ref,
    $defs: Object.fromEntries(defs)
  };
}

/** `schema/graph.schema.json`, without the descriptions of the rows. */
export const graphSchema = (): SchemaDocument =>
  schemaDocument(
    graphDocument,
    'fxquant graph document',
    'One FX graph: application/vnd.fxquant.graph+json. Beyond what is said here, ids, names and module paths are ' +
      'unique, and the inputs of a node are ids of nodes before it.'
  );

/** `schema/recipe.schema.json`, without the descriptions of the rows. */
export const recipeSchema = (): SchemaDocument =>
  schemaDocument(
    recipeBook,
    'fxquant recipe book',
    'What a person decided about the models of a notebook: its metadata under "fxquant". Each recipe is kept under the ' +
      'name of its model.'
  );
