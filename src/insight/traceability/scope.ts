// Names and what they stand for while a function is analysed; forked at branches and joined after them.

import { join, type AbstractValue } from './values';

export class Scope {
  private readonly names = new Map<string, AbstractValue>();

  constructor(readonly parent: Scope | null = null) {}

  declare(name: string, value: AbstractValue): void {
    this.names.set(name, value);
  }

  lookup(name: string): AbstractValue | undefined {
    return this.names.get(name) ?? this.parent?.lookup(name);
  }

  /** Assigns where the name is declared; an undeclared name is declared in the outermost scope. */
  assign(name: string, value: AbstractValue): void {
    if (this.names.has(name) || this.parent === null) {
      this.names.set(name, value);
    } else {
      this.parent.assign(name, value);
    }
  }

  /** A copy of this chain, so that a branch can be followed without changing the other. */
  fork(): Scope {
    const copy = new Scope(this.parent?.fork() ?? null);
    this.names.forEach((value, name) => copy.names.set(name, value));
    return copy;
  }

  /** Takes over what held after both branches, forks of this chain. */
  merge(a: Scope, b: Scope): void {
    for (const [name, before] of this.names) {
      this.names.set(name, join(a.names.get(name) ?? before, b.names.get(name) ?? before));
    }
    if (this.parent && a.parent && b.parent) {
      this.parent.merge(a.parent, b.parent);
    }
  }

  /** Takes over what holds after a branch that was certainly followed. */
  adopt(branch: Scope): void {
    branch.names.forEach((value, name) => this.names.set(name, value));
    if (this.parent && branch.parent) {
      this.parent.adopt(branch.parent);
    }
  }
}
