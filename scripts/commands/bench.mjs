// Benchmarks; the programs and what they print are `bench/main.ts`.
import { runTypeScript } from '../lib/typescript.mjs';

export async function main(args) {
  return (await runTypeScript('bench/main.ts', args)).code;
}
