// The drawing as a file: SVG with its colours written out, so that it looks the same anywhere; PNG from that.

import type { Rect } from '../layout';

const MARGIN = 16;
/** What the style sheet says and a file must carry itself. */
const PROPERTIES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'stroke-opacity',
  'opacity',
  'color',
  'font-family',
  'font-size',
  'font-weight',
  'font-variant-numeric',
  'paint-order',
  'display',
  'visibility'
];

export function exportSvg(canvas: SVGSVGElement, bounds: Rect | undefined): string {
  const area = bounds ?? { x: 0, y: 0, w: 100, h: 100 };
  const copy = canvas.cloneNode(true) as SVGSVGElement;
  inline(canvas, copy);
  copy.removeAttribute('aria-owns');
  copy.querySelector('.jp-fx-world')?.removeAttribute('transform');
  const box = [area.x - MARGIN, area.y - MARGIN, area.w + 2 * MARGIN, area.h + 2 * MARGIN];
  copy.setAttribute('viewBox', box.join(' '));
  copy.setAttribute('width', String(box[2]));
  copy.setAttribute('height', String(box[3]));
  const ground = copy.querySelector('.jp-fx-ground');
  ['x', 'y', 'width', 'height'].forEach((name, i) => ground?.setAttribute(name, String(box[i])));
  ground?.setAttribute('fill', getComputedStyle(canvas).backgroundColor || 'none');
  ground?.removeAttribute('style');
  for (const gone of copy.querySelectorAll('.jp-fx-ring, .jp-fx-edge-hit, .jp-fx-header-hit, .jp-fx-block')) {
    if (gone instanceof SVGElement && gone.style.display === 'none') gone.remove();
  }
  for (const element of copy.querySelectorAll('*')) {
    for (const name of ['tabindex', 'data-signature', 'data-points', 'aria-owns', 'class'])
      element.removeAttribute(name);
  }
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(copy);
}

function inline(from: Element, to: Element): void {
  if (from instanceof SVGElement && to instanceof SVGElement) {
    const style = getComputedStyle(from);
    for (const name of PROPERTIES) {
      const value = style.getPropertyValue(name);
      if (value !== '') to.style.setProperty(name, value);
    }
  }
  const [sources, targets] = [from.children, to.children];
  for (let i = 0; i < sources.length; i++) {
    const source = sources[i];
    const target = targets[i];
    if (source && target) inline(source, target);
  }
}

/** `scale` 2 is for high-resolution screens; very large graphs get less, since browsers cap canvases. */
export async function exportPng(canvas: SVGSVGElement, bounds: Rect | undefined, scale = 2): Promise<Blob> {
  const text = exportSvg(canvas, bounds);
  const width = (bounds?.w ?? 100) + 2 * MARGIN;
  const height = (bounds?.h ?? 100) + 2 * MARGIN;
  const factor = Math.min(scale, 16_000 / Math.max(width, height), Math.sqrt(100e6 / (width * height)));
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const picture = document.createElement('canvas');
    picture.width = Math.round(width * factor);
    picture.height = Math.round(height * factor);
    picture.getContext('2d')?.drawImage(image, 0, 0, picture.width, picture.height);
    return await new Promise<Blob>((resolve, reject) =>
      picture.toBlob(
        blob => (blob ? resolve(blob) : reject(new Error('the browser made no PNG'))),
        'image/png'
      )
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
