// Runs one command of `scripts/commands` and turns how it ended into an exit code and, where it failed
// for a reason we know, into words without a stack trace.
import { Failure, fail } from './say.mjs';
import { stopAll } from './run.mjs';

/** Loads `commands/NAME.mjs`, whose `main(args)` returns an exit code (nothing means 0). */
export async function run(name) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, async () => {
      await stopAll();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    });
  }
  let code = 1;
  try {
    const command = await import(`../commands/${name}.mjs`);
    code = (await command.main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    fail(error);
  } finally {
    await stopAll();
  }
  process.exitCode = code;
}
