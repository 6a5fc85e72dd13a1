// Runs a graph with proxies and so makes another one: `torch.fx.Transformer`. Override the hooks to replace
// what they record; what a hook computes with its arguments is recorded, as in a model.

import { classOf } from '../nn/library';
import type { Module } from '../nn/module';
import { call, type Kwargs, type TorchFunction } from '../tensor/function';
import { callMethod } from '../tensor/methods';
import { GraphModule } from './graphModule';
import { Interpreter } from './interpreter';
import type { ArgumentRecord, Node } from './node';
import { isProxy, makeProxy, nodeOf } from './proxy';
import { withConstants } from './symbolicTrace';
import { Tracer } from './tracer';

/** Records into one graph without running any model. */
class TransformerTracer extends Tracer {
  constructor(root: Module) {
    super();
    this.begin(root);
  }

  node(
    op: 'placeholder' | 'get_attr' | 'call_module',
    target: string,
    args: unknown[],
    kwargs: Kwargs
  ): unknown {
    const positional = args.map(arg => this.createArgument(arg));
    const node = this.createNode(op, target, positional, this.createArgument(kwargs) as ArgumentRecord);
    return makeProxy(node, this.host);
  }

  callPath(module: Module, path: string, args: unknown[], kwargs: Kwargs): unknown {
    return this.within({ path, cls: classOf(module) }, module, () =>
      this.node('call_module', path, args, kwargs)
    );
  }

  finish(value: unknown, like: Node | undefined): void {
    const node = this.createNode('output', 'output', [this.createArgument(value)], {});
    node.meta = { ...like?.meta };
  }

  get made() {
    return this.graph;
  }
}

/** Makes a graph of a graph; override what is recorded for a node. PyTorch: `torch.fx.Transformer`. */
export class Transformer extends Interpreter {
  private readonly tracer: TransformerTracer;

  constructor(private readonly source: GraphModule) {
    super(source as unknown as Module, source.graph);
    this.tracer = new TransformerTracer(source as unknown as Module);
  }

  /** The new graph module; modules and tensors are shared with the old one. */
  transform(): GraphModule {
    const value = this.run();
    this.tracer.finish(value, this.graph.outputNode);
    this.tracer.made.flattensInputs = this.graph.flattensInputs;
    return withConstants(
      this.module,
      this.tracer.tensorConstants,
      () => new GraphModule(this.module, this.tracer.made, this.source.className)
    );
  }

  /** Records one node again. */
  protected override runNode(node: Node): unknown {
    const value = super.runNode(node);
    if (isProxy(value)) {
      const made = nodeOf(value);
      if (Object.keys(made.meta).length === 0) {
        made.meta = { ...node.meta };
      }
    }
    return value;
  }

  /** Records an input. */
  protected override placeholder(node: Node, defaults: readonly unknown[]): unknown {
    return this.tracer.node('placeholder', node.target as string, [...defaults], {});
  }

  /** Records the reading of a field. */
  protected override getAttr(path: string): unknown {
    return this.tracer.node('get_attr', path, [], {});
  }

  /** Calls on numbers alone, which carry no proxy, are computed at once. */
  protected override callFunction(fn: TorchFunction, args: unknown[], kwargs: Kwargs): unknown {
    return call(fn, args, kwargs);
  }

  /** Records the call of a method. */
  protected override callMethod(name: string, args: unknown[], kwargs: Kwargs): unknown {
    return callMethod(name, args, kwargs);
  }

  protected override callModule(path: string, args: unknown[], kwargs: Kwargs): unknown {
    return this.tracer.callPath(this.module.getSubmodule(path), path, args, kwargs);
  }
}
