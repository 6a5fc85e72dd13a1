// Hatches: one per mark, besides icon and word; and the dots of the canvas.

import { svg } from './dom';

export function patterns(uid: string): SVGDefsElement {
  const pattern = (name: string, size: number, turn: string | undefined, children: SVGElement[]) =>
    svg(
      'pattern',
      {
        id: `${uid}-${name}`,
        width: size,
        height: size,
        patternUnits: 'userSpaceOnUse',
        patternTransform: turn
      },
      children
    );
  const hatch = (attributes: { [name: string]: number }) =>
    svg('rect', { class: 'jp-fx-hatch', ...attributes });
  const dot = (cx: number, cy: number, r: number, name = 'jp-fx-hatch') =>
    svg('circle', { class: name, cx, cy, r });
  return svg('defs', {}, [
    pattern('dots', 16, undefined, [dot(8, 8, 0.7, 'jp-fx-dot')]),
    pattern('non-traceable', 7, 'rotate(45)', [hatch({ width: 2.2, height: 7 })]),
    pattern('leaf', 5, undefined, [hatch({ width: 5, height: 1.2, y: 2 })]),
    pattern('standalone', 5, undefined, [hatch({ width: 5, height: 1.2, y: 2 })]),
    pattern('custom', 6, undefined, [dot(1.5, 1.5, 1.15), dot(4.5, 4.5, 1.15)])
  ]);
}
