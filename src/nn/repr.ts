// Modules as text: the tree that PyTorch prints (`torch.nn.Module.__repr__`), with settings spelled as our options are.

import { moduleTypeName } from './library';
import type { Module } from './module';

/** The class as PyTorch's `_get_name()` says it: a quantized `Linear` is a `QuantizedLinear`. */
export function displayName(cls: object): string {
  const name = moduleTypeName(cls);
  const kind = /\.quantized\.dynamic\./.test(name)
    ? 'DynamicQuantized'
    : /\.quantized\.(?!reference)/.test(name)
      ? 'Quantized'
      : '';
  const bare = name.slice(name.lastIndexOf('.') + 1);
  return bare.startsWith(kind) ? bare : `${kind}${bare}`;
}

/** @param name stands before the parenthesis. */
export function printModule(module: Module, name: string): string {
  const extra = module.extraRepr();
  const children = foldEqual(
    Object.entries(childrenOf(module)).map(([key, child]) => [key, indent(String(child))])
  );
  if (children.length === 0) {
    return `${name}(${extra.includes('\n') ? `\n  ${indent(extra)}\n` : extra})`;
  }
  const lines = [...(extra === '' ? [] : extra.split('\n')), ...children];
  return `${name}(\n  ${lines.join('\n  ')}\n)`;
}

function childrenOf(module: Module): Record<string, Module> {
  return Object.fromEntries(module.namedChildren());
}

const indent = (text: string): string => text.replaceAll('\n', '\n  ');

/** `(0-3): 4 x Block(…)`: neighbours in a list that print alike are one line. */
function foldEqual(children: readonly [key: string, text: string][]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < children.length;) {
    const [first, text] = children[i] as [string, string];
    let end = i + 1;
    while (/^\d+$/.test(first) && children[end]?.[1] === text) {
      end++;
    }
    const many = end - i;
    lines.push(
      many > 1 ? `(${first}-${children[end - 1]?.[0] ?? ''}): ${many} x ${text}` : `(${first}): ${text}`
    );
    i = end;
  }
  return lines;
}
