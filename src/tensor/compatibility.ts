// Where PyTorch 2.13 computes something wrong, this library computes what is right (FEATURES.md lists each place).
// Comparing with recorded runs of PyTorch needs the wrong values too.

/** Whether PyTorch's defects are reproduced; false unless recorded runs are replayed. */
export const compatibility = {
  /** True: the same graphs and numbers as PyTorch 2.13, defects included. For parity runs, not for use. */
  reproducePyTorchDefects: false
};
