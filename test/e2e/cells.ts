// Code cells the scenarios share. They run in `notebooks/`, where `data/` is.

import { readFileSync } from 'node:fs';
import { at } from '../../scripts/lib/paths.mjs';
import type { NotebookFile } from './notebookFile';

/** A code cell of the quickstart, by its id, so that the tests run what a person reads there. */
export function quickstartCell(id: string): string {
  const path = at('notebooks', '00-quickstart-digits.ipynb');
  const { cells } = JSON.parse(readFileSync(path, 'utf8')) as NotebookFile;
  const cell = cells.find(each => each.id === id);
  if (cell === undefined) throw new Error(`The quickstart has no cell '${id}'.`);
  return Array.isArray(cell.source) ? cell.source.join('') : cell.source;
}

/** Digits and calibration batches, then the trained network: what most scenarios start from. */
export const digitsCells = (): string[] => [
  `${quickstartCell('data')}\n\n${quickstartCell('calibration')}`,
  quickstartCell('model')
];

export const imports = `import { F, Tensor, nn, torch } from 'fxquant';`;

/** Two modules of one class in different places, so that marks by name and by class differ. */
export const blocksCell = `
class Gate extends nn.Module {
  scale = new nn.Linear(8, 8);
  forward(x: Tensor): Tensor {
    return F.relu(this.scale(x));
  }
}
class First extends nn.Module {
  gate = new Gate();
  forward(x: Tensor): Tensor {
    return this.gate(x).add(x);
  }
}
class Second extends nn.Module {
  fc = new nn.Linear(8, 8);
  gate = new Gate();
  forward(x: Tensor): Tensor {
    return this.gate(this.fc(x));
  }
}
class Blocks extends nn.Module {
  first = new First();
  second = new Second();
  head = new nn.Linear(8, 2);
  forward(x: Tensor): Tensor {
    return this.head(this.second(this.first(x)));
  }
}
const blocks = new Blocks().eval();
const blockInput = torch.ones([4, 8]);`;

/** Models that tracing stops at: what stops it, the line of the cell that says so, and the module it is in. */
export const untraceable = [
  {
    name: 'an if on a value',
    variable: 'branching',
    module: 'gate',
    line: 4,
    cell: `
class Gate extends nn.Module {
  forward(x: Tensor): Tensor {
    if (x.sum().item() > 0) {
      return x.mul(2);
    }
    return x;
  }
}
class Branching extends nn.Module {
  fc = new nn.Linear(8, 8);
  gate = new Gate();
  forward(x: Tensor): Tensor {
    return this.gate(this.fc(x));
  }
}
const branching = new Branching().eval();
const branchingInput = torch.ones([4, 8]);`
  },
  {
    name: 'a spread size',
    variable: 'spreading',
    module: 'heads',
    line: 5,
    cell: `
class Heads extends nn.Module {
  forward(x: Tensor): Tensor {
    const shape = x.size().slice(0, -1).concat([2, 4]);
    return x.view(...shape);
  }
}
class Spreading extends nn.Module {
  fc = new nn.Linear(8, 8);
  heads = new Heads();
  forward(x: Tensor): Tensor {
    return this.heads(this.fc(x));
  }
}
const spreading = new Spreading().eval();
const spreadingInput = torch.ones([4, 8]);`
  },
  {
    name: 'a loop over a tensor',
    variable: 'looping',
    module: 'rows',
    line: 5,
    cell: `
class Rows extends nn.Module {
  forward(x: Tensor): Tensor {
    let sum = x;
    for (const t of x) {
      sum = sum.add(t);
    }
    return sum;
  }
}
class Looping extends nn.Module {
  fc = new nn.Linear(8, 8);
  rows = new Rows();
  forward(x: Tensor): Tensor {
    return this.rows(this.fc(x));
  }
}
const looping = new Looping().eval();
const loopingInput = torch.ones([4, 8]);`
  }
];
