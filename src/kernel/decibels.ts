/** Signal over noise in dB; undefined where it is no number: nothing to hear, or nothing that disturbs. */
export function decibels(signal: number, noise: number): number | undefined {
  const value = 10 * Math.log10(signal / noise);
  return Number.isFinite(value) ? value : undefined;
}
