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

/** The network of the golden case `digits_resnet`, with its weights; the test copies them to `data/`. */
export const residualCell = `
class Block extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  relu = new nn.ReLU();
  downsample: nn.Sequential | null = null;
  constructor(channels: number, width: number, stride: number) {
    super();
    this.conv1 = new nn.Conv2d(channels, width, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(width);
    this.conv2 = new nn.Conv2d(width, width, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(width);
    if (stride !== 1 || channels !== width)
      this.downsample = new nn.Sequential(
        new nn.Conv2d(channels, width, 1, { stride, bias: false }),
        new nn.BatchNorm2d(width)
      );
  }
  forward(x: Tensor): Tensor {
    const y = this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x)))));
    return this.relu(y.add(this.downsample === null ? x : this.downsample(x)));
  }
}
class DigitsResNet extends nn.Module {
  conv1 = new nn.Conv2d(1, 16, 3, { padding: 1, bias: false });
  bn1 = new nn.BatchNorm2d(16);
  relu = new nn.ReLU();
  layer1 = new nn.Sequential(new Block(16, 16, 1), new Block(16, 16, 1));
  layer2 = new nn.Sequential(new Block(16, 32, 2), new Block(32, 32, 1));
  layer3 = new nn.Sequential(new Block(32, 64, 2), new Block(64, 64, 1));
  avgpool = new nn.AdaptiveAvgPool2d(1);
  fc = new nn.Linear(64, 10);
  forward(x: Tensor): Tensor {
    x = this.layer3(this.layer2(this.layer1(this.relu(this.bn1(this.conv1(x))))));
    return this.fc(torch.flatten(this.avgpool(x), 1));
  }
}
const resnet = new DigitsResNet();
resnet.loadStateDict(
  new Map(
    [...load('data/digits_resnet.safetensors')]
      .filter(([key]) => key.startsWith('state/'))
      .map(([key, value]) => [key.slice(6), value])
  )
);
resnet.eval();`;
