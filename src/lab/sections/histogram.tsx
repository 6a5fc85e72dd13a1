// An observer's histogram with the grid it will be quantized on: log counts, the range that survives between two
// lines, what is clipped hatched outside, one tooth per level below.

import * as React from 'react';
import { scaleLinear } from 'd3';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { NodeHistogram } from '../../protocol';
import { number, percent } from './numbers';

const WIDTH = 376;
const HEIGHT = 96;
const TEETH = 8;
const BARS = 94;

export function Histogram({
  histogram,
  trans
}: {
  histogram: NodeHistogram;
  trans: TranslationBundle;
}): React.ReactElement {
  const { min, max, qparams, clippedBelow, clippedAbove } = histogram;
  const counts = rebin(histogram.counts, BARS);
  const logs = counts.map(c => Math.log1p(c));
  const top = Math.max(...logs, 1e-9);
  const x = scaleLinear([min, max === min ? min + 1 : max], [0, WIDTH]);
  const scale = first(qparams?.scale);
  const zero = first(qparams?.zeroPoint);
  const known = scale !== undefined && zero !== undefined;
  const lo = qparams && known ? (qparams.quantMin - zero) * scale : min;
  const hi = qparams && known ? (qparams.quantMax - zero) * scale : max;
  const levels =
    qparams && known
      ? Array.from({ length: qparams.quantMax - qparams.quantMin + 1 }, (_, i) => i + qparams.quantMin)
      : [];
  const label = trans.__(
    'Histogram from %1 to %2, %3 clipped',
    number(min),
    number(max),
    percent(clippedBelow + clippedAbove)
  );
  return (
    <svg
      className="jp-fx-histogram"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + TEETH + 14}`}
      role="img"
      aria-label={label}
    >
      <g transform="translate(0,12)">
        {logs.map((v, i) => {
          const from = (i * WIDTH) / BARS;
          const height = (v / top) * (HEIGHT - 4);
          const center = x.invert(from + WIDTH / BARS / 2);
          const clipped = known && (center < lo || center > hi);
          return (
            <rect
              key={i}
              className={clipped ? 'jp-fx-bar jp-mod-clipped' : 'jp-fx-bar'}
              x={from}
              y={HEIGHT - height}
              width={WIDTH / BARS - 0.8}
              height={height}
            />
          );
        })}
        {known
          ? [lo, hi]
              .filter(v => v > min && v < max)
              .map(v => <line key={v} className="jp-fx-clip" x1={x(v)} x2={x(v)} y1={-4} y2={HEIGHT + 4} />)
          : null}
        {levels.map(level => {
          const at = x((level - (zero ?? 0)) * (scale ?? 1));
          return at >= 0 && at <= WIDTH ? (
            <line
              key={level}
              className="jp-fx-tooth"
              x1={at}
              x2={at}
              y1={HEIGHT + 1}
              y2={HEIGHT + ((level - (zero ?? 0)) % 16 === 0 ? TEETH : 4)}
            />
          ) : null;
        })}
        {known && min <= 0 && max >= 0 ? (
          <path className="jp-fx-zero" d={`M${x(0)} ${HEIGHT + 3}l4.5 7h-9Z`} />
        ) : null}
        <line className="jp-fx-axis" x1={0} x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} />
      </g>
      {known ? (
        <text x={2} y={9}>
          <tspan className="jp-fx-strong">{number(lo)}</tspan> {trans.__('%1 clipped', percent(clippedBelow))}
        </text>
      ) : null}
      {known ? (
        <text x={WIDTH - 2} y={9} textAnchor="end">
          {trans.__('%1 clipped', percent(clippedAbove))} <tspan className="jp-fx-strong">{number(hi)}</tspan>
        </text>
      ) : null}
    </svg>
  );
}

function rebin(counts: readonly number[], bars: number): number[] {
  const result = new Array<number>(bars).fill(0);
  counts.forEach((count, i) => {
    const bar = Math.min(bars - 1, Math.floor((i * bars) / counts.length));
    result[bar] = (result[bar] ?? 0) + count;
  });
  return result;
}

/** Of per-channel qparams the first channel's. */
function first(value: number | number[] | undefined): number | undefined {
  return Array.isArray(value) ? value[0] : value;
}
