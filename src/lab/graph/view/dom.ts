// Small helpers to make elements. Text goes in as text only: nothing in this folder writes markup.

const SVG = 'http://www.w3.org/2000/svg';

export type Attributes = { readonly [name: string]: string | number | undefined };

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  children: readonly (Node | string | null)[] = []
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  return fill(element, attributes, children);
}

export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  children: readonly (Node | string | null)[] = []
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

function fill<E extends Element>(
  element: E,
  attributes: Attributes,
  children: readonly (Node | string | null)[]
): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

export const icon = (path: string, size: number, x = 0, y = 0, className = 'jp-fx-icon'): SVGSVGElement =>
  svg(
    'svg',
    { x, y, width: size, height: size, viewBox: '0 0 16 16', class: className, 'aria-hidden': 'true' },
    [svg('path', { d: path })]
  );

export const round = (value: number): number => Math.round(value * 10) / 10;
