// How wide text is, and text that fits: measured where there is a canvas, estimated elsewhere (tests).

const widths = new Map<string, number>();
let context: CanvasRenderingContext2D | null | undefined;
let family = 'system-ui, sans-serif';

/** The page's interface font, read once per view. */
export function setFontFamily(value: string): void {
  if (value === '' || value === family) return;
  family = value;
  widths.clear();
}

export function textWidth(text: string, size: number, weight = 400): number {
  const key = `${size}/${weight}/${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  const width = measure(text, size, weight);
  if (widths.size > 20_000) widths.clear();
  widths.set(key, width);
  return width;
}

function measure(text: string, size: number, weight: number): number {
  if (context === undefined) context = canvasContext();
  if (!context) return text.length * size * (weight > 500 ? 0.58 : 0.54);
  context.font = `${weight} ${size}px ${family}`;
  return context.measureText(text).width;
}

function canvasContext(): CanvasRenderingContext2D | null {
  // jsdom has a canvas element without a context, and says so on the console when asked.
  if (typeof navigator === 'undefined' || navigator.userAgent.includes('jsdom')) return null;
  return document.createElement('canvas').getContext('2d');
}

/** The whole text, or its beginning with an ellipsis; '' where not even two letters fit. */
export function fitText(text: string, room: number, size: number, weight = 400): string {
  if (textWidth(text, size, weight) <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (textWidth(`${text.slice(0, middle)}…`, size, weight) <= room) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? '' : `${text.slice(0, low).trimEnd()}…`;
}
