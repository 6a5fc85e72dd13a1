// Movement: only what moved, 250 ms, cubic-out; all at once where reduced motion is asked for or cannot be known.

import { easeCubicOut, select, type Selection } from 'd3';

export const MOVE = 250;
export const APPEAR = 120;

type Group<D> = Selection<SVGGElement, D, SVGGElement, unknown>;

export interface Motion {
  isReduced: boolean;
  appear: <D>(entering: Group<D>) => void;
  /** `transform` as d3 writes it, `translate(1, 2)`: that is how it is seen that something is there already. */
  move: <D>(updating: Group<D>, transform: (datum: D) => string) => Group<D>;
  leave: <D>(exiting: Group<D>) => void;
  /** What cannot glide (a line with other corners) fades in at its new place. */
  redrawn: (element: SVGElement) => void;
}

export function makeMotion(isReduced: boolean): Motion {
  if (isReduced) {
    return {
      isReduced,
      appear: () => undefined,
      move: (updating, transform) => updating.attr('transform', transform),
      leave: exiting => exiting.remove(),
      redrawn: () => undefined
    };
  }
  return {
    isReduced,
    appear: entering => {
      entering.style('opacity', 0).transition('appear').duration(APPEAR).style('opacity', null);
    },
    move: (updating, transform) => {
      updating
        // Also ends what is on its way somewhere else.
        .interrupt('move')
        .filter(function (datum) {
          return this.getAttribute('transform') !== transform(datum);
        })
        .transition('move')
        .duration(MOVE)
        .ease(easeCubicOut)
        .attr('transform', transform);
      return updating;
    },
    leave: exiting => {
      exiting.remove();
    },
    redrawn: element => {
      select(element)
        .style('opacity', 0)
        .transition('redrawn')
        .duration(MOVE)
        .ease(easeCubicOut)
        .style('opacity', 1)
        .on('end interrupt', () => element.style.removeProperty('opacity'));
    }
  };
}

export const prefersReducedMotion = (): boolean =>
  typeof window === 'undefined' ||
  typeof window.matchMedia !== 'function' ||
  window.matchMedia('(prefers-reduced-motion: reduce)').matches;
