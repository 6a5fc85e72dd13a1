// `npm run bench -- [NAME…] [--json]`: every step from trace to int8, with PyTorch beside it in the same run where
// a Python with torch is at hand (`FXQUANT_TORCH_PYTHON=/path/to/python`). Best of several rounds; one thread each.

import { spawnSync } from 'node:child_process';
import { convertFx, fx, getDefaultQConfigMapping, prepareFx, type Tensor } from '../src';
import { images, subjects, type Subject } from './models';

const ROUNDS = 5;

type Steps = Record<string, number>;

export async function main(args: readonly string[]): Promise<number> {
  const names = args.filter(arg => !arg.startsWith('--'));
  const chosen = subjects.filter(({ name }) => names.length === 0 || names.includes(name));
  if (chosen.length === 0) {
    console.error(`No such benchmark; one of ${subjects.map(s => s.name).join(', ')}`);
    return 2;
  }
  const results = chosen.map(subject => {
    const ours = measure(subject);
    return { name: subject.name, ours, torch: measureTorch(subject.name) };
  });
  if (args.includes('--json')) {
    console.log(JSON.stringify(results));
  } else {
    results.forEach(({ name, ours, torch }) => print(name, ours, torch));
  }
  return 0;
}

function measure({ make }: Subject): Steps {
  const model = make();
  model.eval();
  const x = images();
  const batches = [0, 64, 128, 192].map(start => x.narrow(0, start, 64));
  const mapping = getDefaultQConfigMapping('fbgemm');
  const steps: Steps = {};
  const time = <T>(step: string, rounds: number, run: () => T): T => {
    const { milliseconds, result } = best(rounds, run);
    steps[step] = milliseconds;
    return result;
  };
  time('trace', ROUNDS, () => fx.symbolicTrace(model));
  const prepared = time('prepareFx', ROUNDS, () => prepareFx(model, mapping, [batches[0]]));
  time('calibrate', ROUNDS, () => batches.forEach(batch => prepared(batch)));
  const quantized = time('convertFx', ROUNDS, () => convertFx(prepared));
  for (const size of [1, 64]) {
    const batch: Tensor = x.narrow(0, 0, size);
    time(`float, batch ${size}`, 5 * ROUNDS, () => model(batch));
    time(`int8, batch ${size}`, 5 * ROUNDS, () => quantized(batch));
  }
  return steps;
}

function best<T>(rounds: number, run: () => T): { milliseconds: number; result: T } {
  let milliseconds = Infinity;
  let result = run();
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    result = run();
    milliseconds = Math.min(milliseconds, performance.now() - start);
  }
  return { milliseconds, result };
}

function measureTorch(name: string): Steps | undefined {
  const python = process.env['FXQUANT_TORCH_PYTHON'];
  if (python === undefined) {
    return undefined;
  }
  const { stdout, stderr, status } = spawnSync(
    python,
    ['bench/peer.py', name, 'notebooks/data/digits.safetensors', String(ROUNDS)],
    { encoding: 'utf8' }
  );
  if (status !== 0) {
    throw new Error(`bench/peer.py failed:\n${stderr}`);
  }
  return JSON.parse(stdout) as Steps;
}

function print(name: string, ours: Steps, torch: Steps | undefined): void {
  console.log(`\n${name}${torch ? '' : '  (set FXQUANT_TORCH_PYTHON for PyTorch beside it)'}`);
  console.log(
    `  ${'milliseconds'.padEnd(16)}${'fxquant'.padStart(10)}${'PyTorch'.padStart(10)}${'ratio'.padStart(8)}`
  );
  for (const [step, value] of Object.entries(ours)) {
    const peer = torch?.[step];
    const columns = [
      step.padEnd(16),
      value.toFixed(2).padStart(10),
      (peer?.toFixed(2) ?? '–').padStart(10),
      (peer === undefined ? '–' : `${(value / peer).toFixed(1)}×`).padStart(8)
    ];
    console.log(`  ${columns.join('')}`);
  }
}
