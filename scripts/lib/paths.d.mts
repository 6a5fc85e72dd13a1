export const root: string;
export const venvPython: string;
export const cache: string;
export const artifacts: string;
export function at(...parts: string[]): string;
