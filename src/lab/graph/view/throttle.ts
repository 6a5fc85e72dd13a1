// Calls at once, then at most once per interval, the last call never lost.

export interface Throttled {
  (): void;
  cancel(): void;
}

export function throttle(work: () => void, interval: number): Throttled {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isPending = false;
  const wait = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (!isPending) return;
      isPending = false;
      work();
      wait();
    }, interval);
  };
  const call = (): void => {
    if (timer !== undefined) {
      isPending = true;
      return;
    }
    work();
    wait();
  };
  return Object.assign(call, {
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      isPending = false;
    }
  });
}
