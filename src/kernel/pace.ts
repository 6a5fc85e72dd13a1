/** Lets messages in between two batches, so that a cancellation is heard. */
export function breathe(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
