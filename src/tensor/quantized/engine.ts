// Which set of integer kernels runs: `torch.backends.quantized.engine`.

export const ENGINES = ['fbgemm', 'x86', 'onednn', 'qnnpack'] as const;
/** A quantized engine of PyTorch. */
export type QuantizedEngine = (typeof ENGINES)[number];

let current: QuantizedEngine = 'fbgemm';

/** Whose rounding and ranges the integer kernels have. PyTorch: `torch.backends.quantized`. */
export const quantizedBackends = {
  get engine(): QuantizedEngine {
    return current;
  },
  /** @throws Error for an unknown name. */
  set engine(name: QuantizedEngine) {
    if (!ENGINES.includes(name)) {
      throw new Error(
        `backends.quantized.engine: '${String(name)}' is unknown; one of ${ENGINES.join(', ')}`
      );
    }
    current = name;
  }
};

export const isQnnpack = (): boolean => current === 'qnnpack';
/** Whether kernels that are asked to reduce the range of what they quantize dynamically do so: QNNPACK's do not. */
export const honorsReduceRange = (): boolean => !isQnnpack();
/** Whether this engine halves the range of dynamically quantized activations. */
export const engineReducesRange = (): boolean => current === 'fbgemm' || current === 'x86';
