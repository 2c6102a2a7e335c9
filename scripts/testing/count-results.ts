/** How a run of tests ended, in numbers. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Names of tests that were skipped, with their file. */
  readonly skipped: readonly string[];
}

/** What vitest's JSON reporter writes, as far as it is counted here. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Counts the tests of a run. A file that could not even be loaded counts as one failed test, and so does a run that
 * failed although no test did (an unhandled error, say), so that "0 failed" always means a good end.
 *
 * @param json what the JSON reporter wrote; undefined where the run ended before that
 */
export function countResults(json: string | undefined, exitCode: number): TestCounts {
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  const report = json === undefined ? { testResults: [] } : (JSON.parse(json) as VitestReport);
  for (const file of report.testResults) {
    let failedHere = 0;
    for (const test of file.assertionResults) {
      if (test.status === "passed") passed += 1;
      else if (test.status === "failed") failedHere += 1;
      else skipped.push(`${file.name}: ${test.fullName}`);
    }
    failed += failedHere === 0 && file.status === "failed" ? 1 : failedHere;
  }
  if (exitCode !== 0 && failed === 0) failed = 1;
  return { passed, failed, skipped };
}
