// Lines: orthogonal runs with rounded corners, arrow heads, sparklines.

import type { Point } from '../layout';
import { round } from './dom';

const CORNER = 10;
const HEAD_LENGTH = 5.5;
const HEAD_HALF = 3.8;

export function roundedPath(points: readonly Point[], radius = CORNER): string {
  const [first] = points;
  const last = points[points.length - 1];
  if (!first || !last) return '';
  let path = `M${round(first.x)} ${round(first.y)}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [before, at, after] = [points[i - 1], points[i], points[i + 1]];
    if (!before || !at || !after) continue;
    const incoming = Math.hypot(at.x - before.x, at.y - before.y);
    const outgoing = Math.hypot(after.x - at.x, after.y - at.y);
    if (incoming < 0.1 || outgoing < 0.1) continue;
    const r = Math.min(radius, incoming / 2, outgoing / 2);
    const enter = {
      x: at.x - ((at.x - before.x) / incoming) * r,
      y: at.y - ((at.y - before.y) / incoming) * r
    };
    const leave = {
      x: at.x + ((after.x - at.x) / outgoing) * r,
      y: at.y + ((after.y - at.y) / outgoing) * r
    };
    path += `L${round(enter.x)} ${round(enter.y)}Q${round(at.x)} ${round(at.y)} ${round(leave.x)} ${round(leave.y)}`;
  }
  return `${path}L${round(last.x)} ${round(last.y)}`;
}

/** The line without its last pixels, which the arrow head covers. */
export function shortened(points: readonly Point[]): Point[] {
  const last = points[points.length - 1];
  const before = points[points.length - 2];
  if (!last || !before) return [...points];
  const dx = Math.sign(last.x - before.x);
  const dy = Math.sign(last.y - before.y);
  return [...points.slice(0, -1), { x: last.x - dx * (HEAD_LENGTH - 1), y: last.y - dy * (HEAD_LENGTH - 1) }];
}

export function arrowHead(points: readonly Point[]): string {
  const end = points[points.length - 1];
  const before = points[points.length - 2];
  if (!end || !before) return '';
  const dx = Math.sign(end.x - before.x);
  const dy = Math.sign(end.y - before.y);
  return dx === 0
    ? `M${end.x - HEAD_HALF} ${end.y - HEAD_LENGTH * dy}h${2 * HEAD_HALF}L${end.x} ${end.y}Z`
    : `M${end.x - HEAD_LENGTH * dx} ${end.y - HEAD_HALF}v${2 * HEAD_HALF}L${end.x} ${end.y}Z`;
}

/** Filled steps, one per bin; heights 0 to 1. */
export function sparkline(bins: readonly number[], width: number, height: number): string {
  let path = `M0 ${height}`;
  bins.forEach((value, i) => {
    const y = round(height - value * (height - 1));
    path += `L${round((i / bins.length) * width)} ${y}L${round(((i + 1) / bins.length) * width)} ${y}`;
  });
  return `${path}L${width} ${height}Z`;
}

/** A node's outline: docked sides have square corners. */
export function outline(w: number, h: number, dock: 'only' | 'top' | 'middle' | 'bottom', r = 4): string {
  const top = dock === 'only' || dock === 'top' ? r : 0;
  const bottom = dock === 'only' || dock === 'bottom' ? r : 0;
  const corner = (size: number, dx: number, dy: number): string =>
    size ? `a${size} ${size} 0 0 1 ${dx * size} ${dy * size}` : '';
  return (
    `M${top} 0H${w - top}${corner(top, 1, 1)}V${h - bottom}${corner(bottom, -1, 1)}` +
    `H${bottom}${corner(bottom, -1, -1)}V${top}${corner(top, 1, -1)}Z`
  );
}
