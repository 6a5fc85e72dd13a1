// Where the functional nodes of a recorded float graph stood: the file says it only through the names that
// PyTorch's convert gave to scales ("layer1_0_scale_0" for an operator in layer1.0). Modules stand at their path.

import type { fx } from '../../src';
import type { Case } from './case';
import { floatGraph } from './floatGraph';

export function recoverScopes(
  recorded: Case,
  classAt: (path: string) => fx.Scope['cls']
): Map<string, fx.Scope> {
  const paths = new Map(
    ['', ...recorded.modules.map(m => m.path)].map(path => [path.replaceAll('.', '_'), path])
  );
  const named = namedScopes(recorded, paths);
  const scopes = new Map<string, fx.Scope>();
  const inferred = new Map<string, string>();
  for (const node of floatGraph(recorded)) {
    if (node.op === 'call_module') {
      scopes.set(node.name, { path: node.target, cls: classAt(node.target) });
      inferred.set(node.name, userParent(recorded, node.target));
      continue;
    }
    const path =
      named.get(node.name) ?? (node.op === 'placeholder' ? '' : firstInput(node.args, inferred)) ?? '';
    scopes.set(node.name, { path, cls: path === '' ? null : classAt(path) });
    inferred.set(node.name, path);
  }
  return scopes;
}

/** Scopes that the names of attributes tell, by node: scales of the reference graph, packed weights of the lowered one. */
function namedScopes(recorded: Case, paths: ReadonlyMap<string, string>): Map<string, string> {
  const scopes = packedScopes(recorded, paths);
  const nodes = recorded.reference.nodes ?? [];
  const byName = new Map(nodes.map(n => [n.name, n]));
  for (const node of nodes) {
    const [value, scale] = node.args as readonly { node?: string }[];
    const attribute = node.target.startsWith('torch.quantize_per')
      ? byName.get(scale?.node ?? '')?.target
      : undefined;
    const prefix = /^(.*?)_?scale_\d+$/.exec(attribute ?? '')?.[1];
    const path = prefix === undefined ? undefined : paths.get(prefix.replace(/_$/, ''));
    if (value?.node !== undefined && path !== undefined) {
      scopes.set(value.node, path);
    }
  }
  return scopes;
}

function packedScopes(recorded: Case, paths: ReadonlyMap<string, string>): Map<string, string> {
  const attributes = new Map(
    recorded.quantized.nodes.filter(n => n.op === 'get_attr').map(n => [n.name, n.target])
  );
  const scopes = new Map<string, string>();
  for (const node of recorded.quantized.nodes) {
    const [, packed] = node.args as readonly ({ readonly node?: string } | undefined)[];
    const attribute = attributes.get(packed?.node ?? '') ?? '';
    const path = paths.get(/^(.*?)_?packed_weight_\d+$/.exec(attribute)?.[1] ?? '-');
    if (path !== undefined) {
      scopes.set(node.name, path);
    }
  }
  return scopes;
}

/** The innermost module of a user's class around a module: library containers have no code of their own. */
function userParent(recorded: Case, path: string): string {
  const types = new Map(recorded.modules.map(m => [m.path, m.type]));
  let parent = path.split('.').slice(0, -1).join('.');
  while (parent !== '' && types.get(parent)?.startsWith('torch.')) {
    parent = parent.split('.').slice(0, -1).join('.');
  }
  return parent;
}

function firstInput(args: readonly unknown[], scopes: ReadonlyMap<string, string>): string | undefined {
  const first = args
    .flatMap(arg => (Array.isArray(arg) ? (arg as unknown[]) : [arg]))
    .find(arg => typeof arg === 'object' && arg !== null && 'node' in arg);
  return first ? scopes.get((first as { node: string }).node) : undefined;
}
