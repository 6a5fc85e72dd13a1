// The error of everything that prepares and converts.

/** Settings or a model that cannot be quantized so: which module or node, and what to do. */
export class QuantizationError extends Error {
  override readonly name: string = 'QuantizationError';
  constructor(
    message: string,
    /** Module path or node name the error is about. */
    readonly about?: string,
    options?: ErrorOptions
  ) {
    super(message, options);
  }
}
