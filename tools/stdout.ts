/**
 * Lets a program end as usual when nobody reads its output any more, as with `| head`. Without it, Node ends the program
 * with a stack trace, and a step that is under way with it. Another failure, such as a full disk, is exit code 1.
 * Returns the exit code for a program that would exit with `code`.
 */
export function watchStdout(): (code: number) => number {
  let failed = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || failed) return;
    failed = true;
    process.exitCode = 1;
    console.error(`The output could not be written: ${error.message}`);
  });
  return (code) => (failed ? 1 : code);
}
