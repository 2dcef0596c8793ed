import { type Runner, reporters } from 'mocha';

/** The usual tree of results, closed by one line that says how it went: `N passed, N failed, N skipped`. */
export default class ClosingLine extends reporters.Spec {
  constructor(runner: Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
    });
  }
}
