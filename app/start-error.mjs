/**
 * Why the program cannot start, in a sentence that says what to do. Whoever starts it shows the message and nothing else; any
 * other error is a bug, and its stack goes to the log. Plain JavaScript, because the set-up runs before anything is installed.
 */
export class StartError extends Error {
  name = "StartError";
}
