export interface Counts {
  passed: number;
  failed: number;
}
export interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}
export function countReport(report: VitestReport): Counts & { skipped: number };
export function outcome(name: string, counts: Counts, code: number): Counts;
