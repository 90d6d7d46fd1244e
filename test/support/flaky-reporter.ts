import type { Reporter, TestCase } from 'vitest/node';

/** Names the tests that passed only at their second attempt, last of all, where nobody overlooks them. */
export class FlakyReporter implements Reporter {
  readonly #flaky: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) this.#flaky.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestRunEnd(): void {
    if (this.#flaky.length === 0) return;
    console.log(`\nFLAKY: passed only at the second attempt. A defect, to be found and mended:`);
    for (const name of this.#flaky) console.log(`  ${name}`);
  }
}
