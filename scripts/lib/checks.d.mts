export function findChromium(): string | undefined;
export function freePortFrom(port: number): Promise<number>;
export function isPortFree(port: number): Promise<boolean>;
export const chromiumRemedy: string;
