import { describe, expect, test, vi } from 'vitest';
import { countReport, outcome } from '../../scripts/lib/suites.mjs';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map(each => ({ status: each }))
});

describe('counting a vitest report', () => {
  test('passed, failed and skipped tests are told apart', () => {
    const report = {
      numPassedTests: 2,
      numFailedTests: 1,
      numPendingTests: 1,
      testResults: [file('failed', 'passed', 'failed'), file('passed', 'passed', 'skipped')]
    };
    expect(countReport(report)).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });

  test('a file that could not be loaded counts as a failure, though no test in it failed', () => {
    const report = {
      numPassedTests: 1,
      numFailedTests: 0,
      numPendingTests: 0,
      testResults: [file('passed', 'passed'), file('failed')]
    };
    expect(countReport(report)).toMatchObject({ passed: 1, failed: 1 });
  });
});

describe('the outcome of a suite', () => {
  const silent = () => vi.spyOn(console, 'log').mockImplementation(() => undefined);

  test('is its counts where the exit code agrees', () => {
    expect(outcome('unit', { passed: 3, failed: 0 }, 0)).toEqual({ passed: 3, failed: 0 });
    expect(outcome('unit', { passed: 3, failed: 2 }, 1)).toEqual({ passed: 3, failed: 2 });
  });

  test('has one failure where it ended badly without a failed test', () => {
    silent();
    expect(outcome('unit', { passed: 3, failed: 0 }, 1)).toEqual({ passed: 3, failed: 1 });
  });

  test('has one failure where it ran nothing', () => {
    silent();
    expect(outcome('unit', { passed: 0, failed: 0 }, 0)).toEqual({ passed: 0, failed: 1 });
  });
});
