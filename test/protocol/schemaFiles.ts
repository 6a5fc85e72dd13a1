// Test helper: the text of `schema/*.schema.json`. Rows come from the validators' shapes, descriptions from the doc
// comments of the types, so both are said once.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import type { SchemaDocument } from '../../src/protocol/validate/schema';

export const SCHEMAS = join(__dirname, '../../schema');
const TYPES = ['graphDocument', 'recipe', 'stats', 'messages'].map(name =>
  join(__dirname, `../../src/protocol/${name}.ts`)
);

/** `GraphNode` → its comment, `GraphNode.id` → that of the property; `properties` has all of an interface. */
export interface TypeComments {
  readonly comments: ReadonlyMap<string, string>;
  readonly properties: ReadonlyMap<string, readonly string[]>;
}

export function typeComments(): TypeComments {
  const comments = new Map<string, string>();
  const properties = new Map<string, string[]>();
  const note = (key: string, node: ts.Node) => {
    const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
    const comment = ts.getTextOfJSDocComment(doc?.comment)?.replace(/\s+/g, ' ').replaceAll('`', '');
    if (comment !== undefined) comments.set(key, comment);
  };
  for (const file of TYPES) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
    source.forEachChild(node => {
      if (ts.isTypeAliasDeclaration(node)) note(node.name.text, node);
      if (!ts.isInterfaceDeclaration(node)) return;
      note(node.name.text, node);
      const members = node.members.filter(ts.isPropertySignature);
      members.forEach(member => note(`${node.name.text}.${member.name.getText()}`, member));
      properties.set(
        node.name.text,
        members.map(member => member.name.getText())
      );
    });
  }
  return { comments, properties };
}

interface ObjectSchema {
  properties?: Record<string, object>;
}

/** What the file should be, as prettier would leave it. */
export async function schemaText(schema: SchemaDocument, file: string): Promise<string> {
  const { comments } = typeComments();
  const described = (key: string, part: object) => {
    const description = comments.get(key);
    return description === undefined ? part : { description, ...part };
  };
  const defs = Object.entries(schema.$defs).map(([name, def]) => {
    const { properties } = def as ObjectSchema;
    const rows = Object.entries(properties ?? {}).map(([key, row]) => [
      key,
      described(`${name}.${key}`, row)
    ]);
    return [name, described(name, properties ? { ...def, properties: Object.fromEntries(rows) } : def)];
  });
  const text = JSON.stringify({ ...schema, $defs: Object.fromEntries(defs) });
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
