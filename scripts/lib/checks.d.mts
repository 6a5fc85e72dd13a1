export function findChromium(): string | undefined;
export function freePortFrom(port: number): Promise<number>;
export const chromiumRemedy: string;
