export function once(
  name: string,
  task: { inputs: string[]; salt?: string; outputs: string[]; doing: string; run: () => Promise<unknown> }
): Promise<boolean>;
