// Puts observers into the graph as the plan says: one pass over the nodes, inputs before outputs. Spec 6.4, 6.5.

import { Node, type Argument, type GraphModule } from '../../fx';
import type { Module } from '../../nn/module';
import { compatibility } from '../../tensor/compatibility';
import { isPlainObject } from '../../tensor/function';
import { Tuple } from '../../tensor/structures';
import { Tensor } from '../../tensor/tensor';
import { lastOf, rootOf } from '../match';
import { ObserverBase, type ObserverFactory } from '../observers';
import { observesArgument } from './custom';
import { argumentRole } from './support';
import { returnsTuple, stubOutputs } from './tupleOutputs';
import { dtypeOf, isObservedDType, probe, type NodeTargets, type Plan } from './targets';

/** Result of inserting: nodes with observers around, by name, and what each observer observes. */
export interface Insertion {
  readonly observedNodeNames: Set<string>;
  /** Nodes that should have taken over the observer of their input, which has none: they stay float. */
  readonly unshared: Set<string>;
}

export class ObserverInserter {
  private readonly observed = new Set<string>();
  private readonly unshared = new Set<string>();
  /** Observer node → the node it observes. */
  private readonly observes = new Map<Node, Node>();

  constructor(
    private readonly model: GraphModule,
    private readonly plan: Plan,
    private readonly qconfigIsNull: (node: Node) => boolean,
    /** Swaps a custom module once its output is observed. */
    private readonly onCustom: (node: Node) => void
  ) {}

  run(): Insertion {
    for (const node of [...this.model.graph.nodes]) {
      if (node.op.startsWith('call_')) {
        this.visit(node);
      }
    }
    return { observedNodeNames: this.observed, unshared: this.unshared };
  }

  private visit(node: Node): void {
    const { custom, standalone, matches, staysFloat } = this.plan;
    const match = matches.get(node);
    const isSpecial = custom.has(node) || standalone.has(node);
    const targets = this.plan.targets.get(node);
    if ((!match && !isSpecial) || !targets?.input || staysFloat.has(node)) {
      return;
    }
    const last = match && !isSpecial ? lastOf(match) : node;
    // The last one's settings count for a pattern, but an operator in it that is not to be quantized is not.
    if (this.qconfigIsNull(last) || this.qconfigIsNull(node)) {
      return;
    }
    (match && !isSpecial ? match.nodes : [node]).forEach(n => this.observed.add(n.name));
    if (isSpecial || node === rootOf(match as never)) {
      this.observeInputs(node, targets);
    }
    if (node === last) {
      this.observeOutput(node, targets, custom.has(node));
    }
  }

  private observeInputs(node: Node, targets: NodeTargets): void {
    const inputTypes =
      (this.plan.custom.has(node) ? undefined : this.plan.matches.get(node)?.inputTypes) ?? {};
    const observe = (arg: Argument, key: number | string): Argument => {
      if (Array.isArray(arg)) {
        const items = Array.from(arg as readonly Argument[], item => observe(item, key));
        return arg instanceof Tuple ? Tuple.from(items) : items;
      }
      if (isPlainObject(arg)) {
        // Keyword arguments of a module are its last argument.
        return Object.fromEntries(
          Object.entries(arg).map(([name, item]) => [name, observe(item as Argument, name)])
        );
      }
      return arg instanceof Node
        ? this.observeInput(arg, node, key, targets, argumentRole(inputTypes, key))
        : arg;
    };
    const args = node.args.map((arg, i) => observe(arg, i));
    const kwargs = Object.fromEntries(
      Object.entries(node.kwargs).map(([name, arg]) => [name, observe(arg, name)])
    );
    node.setArguments(args, kwargs);
  }

  private observeInput(
    arg: Node,
    node: Node,
    key: number | string,
    targets: NodeTargets,
    role: 'weight' | 'bias' | 'activation'
  ): Node {
    // Norms name weight and bias only so that the support check knows them; they are never observed there.
    const isNorm =
      role !== 'activation' && /norm$/.test(typeof node.target === 'string' ? '' : node.target.target);
    const factory = isNorm ? null : targets[role === 'activation' ? 'input' : role];
    const standalone = this.plan.standalone.get(node);
    if (
      !factory ||
      (this.plan.custom.has(node) &&
        !observesArgument(this.model.getSubmodule(node.target as string), key)) ||
      (standalone && !standalone.inputQuantizedIndexes.includes(Number(key))) ||
      !this.needsObserver(arg, factory, key, targets.reuseInput)
    ) {
      return arg;
    }
    for (const user of arg.users) {
      const existing = this.observerOf(user);
      if (existing && sameSettings(existing, factory)) {
        return user;
      }
    }
    return this.insertAfter(arg, factory);
  }

  private needsObserver(
    arg: Node,
    factory: ObserverFactory,
    key: number | string,
    reuseInput: boolean
  ): boolean {
    if (probe(factory).isDynamic) {
      return key === 0;
    }
    const wanted = dtypeOf(factory);
    const given = dtypeOf(this.plan.targets.get(this.observes.get(arg) ?? arg)?.output ?? null);
    const knows = given === 'float32' || isObservedDType(given);
    return !reuseInput && isObservedDType(wanted) && knows && wanted !== given;
  }

  private observeOutput(node: Node, targets: NodeTargets, isCustom: boolean): void {
    const factory = targets.output;
    if (
      !factory ||
      !isObservedDType(dtypeOf(factory)) ||
      probe(factory).isDynamic ||
      this.plan.standalone.has(node)
    ) {
      return;
    }
    if (isCustom && returnsTuple(node)) {
      stubOutputs(this.model, node).forEach(made => this.observes.set(made, node));
      this.onCustom(node);
      return;
    }
    const readers = [...node.users];
    const observer = this.insertAfter(node, factory);
    readers.forEach(reader => reader.replaceInputWith(node, observer));
    if ((targets.share && this.isSameGraph(node)) || targets.reuseInput) {
      if (!this.shareWithInput(node)) {
        observer.replaceAllUsesWith(node);
        this.model.graph.eraseNode(observer);
        this.observes.delete(observer);
        this.unshared.add(node.name);
      }
    }
    if (isCustom) {
      this.onCustom(node);
    }
  }

  /** False for an operator fed directly by a quantized input of the graph. */
  private isSameGraph(node: Node): boolean {
    const [first] = node.args;
    const quantizedInput =
      first instanceof Node &&
      first.op === 'placeholder' &&
      isObservedDType(dtypeOf(this.plan.targets.get(first)?.output ?? null));
    return !quantizedInput;
  }

  /** Makes the observers after `node` the one of its first input. False where there is none. */
  private shareWithInput(node: Node): boolean {
    const first = node.args.find(arg => arg instanceof Node || Array.isArray(arg));
    if (first === undefined) {
      return false;
    }
    const list = Array.isArray(first) ? (first as readonly Argument[]) : undefined;
    const start = list ? list[0] : first;
    const source = start instanceof Node ? this.walkToObserver(start) : undefined;
    const shared = source && this.observerOf(source);
    if (!shared) {
      return false;
    }
    for (const other of list?.slice(1) ?? []) {
      const observer = other instanceof Node ? this.walkToObserver(other) : undefined;
      if (observer) {
        this.model.setSubmodule(observer.target as string, shared as unknown as Module);
      }
    }
    for (const user of node.users) {
      this.model.setSubmodule(user.target as string, shared as unknown as Module);
    }
    return true;
  }

  /** The observer a value has passed last, going back along first inputs. */
  private walkToObserver(from: Node): Node | undefined {
    let node: Node | undefined = from;
    while (node && !this.observerOf(node)) {
      if (node.op === 'placeholder') {
        return undefined;
      }
      const next: Argument = node.args
        .flatMap(arg => (Array.isArray(arg) ? (arg as readonly Argument[]) : [arg]))
        .find(arg => arg instanceof Node);
      node = next instanceof Node ? next : undefined;
    }
    return node;
  }

  private observerOf(node: Node): ObserverBase | undefined {
    if (node.op !== 'call_module' || !this.observes.has(node)) {
      return undefined;
    }
    const module: unknown = this.model.getSubmodule(node.target as string);
    return module instanceof ObserverBase ? module : undefined;
  }

  private insertAfter(node: Node, factory: ObserverFactory): Node {
    let index = 0;
    while (Reflect.has(this.model, `activation_post_process_${index}`)) {
      index += 1;
    }
    const name = `activation_post_process_${index}`;
    this.model.addModule(name, factory.create() as unknown as Module);
    const observer = this.model.graph.insertingAfter(node, () => this.model.graph.callModule(name, [node]));
    observer.meta.observes = node.name;
    if (node.meta.value !== undefined) {
      observer.meta.value = node.meta.value;
    }
    this.observes.set(observer, node);
    return observer;
  }
}

/** Same class and dtype, and — unlike PyTorch (D16) — the same other settings. */
function sameSettings(observer: ObserverBase, factory: ObserverFactory): boolean {
  const other = probe(factory);
  if (observer.constructor !== other.constructor || observer.dtype !== other.dtype) {
    return false;
  }
  if (compatibility.reproducePyTorchDefects) {
    return true;
  }
  return settings(observer) === settings(other);
}

/** Everything an observer that has seen nothing was made with, the observer inside a fake-quantize module included. */
function settings(observer: ObserverBase): string {
  const own = Reflect.ownKeys(observer)
    .filter(key => key !== 'batchesSeen' && key !== 'valuesSeen' && key !== 'training')
    .map(key => [String(key), Reflect.get(observer, key) as unknown]);
  return JSON.stringify(own, (_, value: unknown) =>
    value instanceof Tensor ? value.tolist() : value instanceof ObserverBase ? settings(value) : value
  );
}
