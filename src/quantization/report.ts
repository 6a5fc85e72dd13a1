// What quantization did with what it was told: settings without effect, operators that stayed float and why.

export interface QuantizationNotice {
  readonly level: 'info' | 'warning';
  /** Node name or module path. */
  readonly about?: string;
  readonly text: string;
}

export class QuantizationError extends Error {
  override readonly name = 'QuantizationError';
  constructor(
    message: string,
    /** Module path or node name the error is about. */
    readonly about?: string,
    options?: ErrorOptions
  ) {
    super(message, options);
  }
}
