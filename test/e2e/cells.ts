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

/** What a gate becomes when it is a custom module: a linear layer and relu on integers, with one scale. */
export const customGateCell = `
class ObservedGate extends nn.Module {
  constructor(public scale: nn.Linear) {
    super();
  }
  forward(x: Tensor): Tensor {
    return F.relu(this.scale(x));
  }
  static fromFloat(gate: Gate): ObservedGate {
    const observed = new ObservedGate(gate.scale);
    observed.qconfig = gate.qconfig ?? null;
    return observed;
  }
}
class QuantizedGate extends nn.Module {
  constructor(public scale: nn.quantized.Linear) {
    super();
  }
  forward(x: Tensor): Tensor {
    return F.relu(this.scale(x));
  }
  static fromObserved(observed: ObservedGate): QuantizedGate {
    const { scale, activation_post_process, qconfig } = observed;
    Object.assign(scale, { activation_post_process, qconfig });
    return new QuantizedGate(nn.quantized.Linear.fromFloat(scale));
  }
}`;

/** Batches for the blocks, and as many again to look at. */
export const batchesCell = `
torch.manualSeed(0);
const batches = [0, 1, 2, 3].map(() => torch.randn([16, 8]));`;

/** Keeps what the panel converted before a cell takes its place. */
export const keepCell = `
import { panelModel } from 'fxquant';
const fromPanel = panelModel('blocks').converted;`;

/** Every tensor of the kept model and of `quantized`, integers as integers, and what both give for a batch. */
export const compareCell = `
import { parseSafetensors, saveStateDict } from 'fxquant';
const outputs = [fromPanel, quantized].map(model => model(batches[0]));
const states = [fromPanel, quantized].map((model, i) => [...parseSafetensors(saveStateDict(model)), ['output', outputs[i]]] as [string, Tensor][]);
let [integers, different] = [0, 0];
states[0].forEach(([key, mine], i) => {
  const [otherKey, theirs] = states[1][i] ?? ['', mine];
  const [a, b] = [mine, theirs].map(tensor => (tensor.quantizer ? tensor.intRepr() : tensor).data());
  integers += key.endsWith('#int') ? a.length : 0;
  different += key === otherKey && a.length === b.length ? [...a].filter((value, k) => value !== b[k]).length : 1;
});
console.log(states[0].length + ' tensors, ' + integers + ' integers, ' + different + ' different');`;

/** What the comparison prints when nothing differs and there was something to compare. */
export const nothingDiffers = /^[1-9]\d* tensors, [1-9]\d{2,} integers, 0 different$/m;

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
