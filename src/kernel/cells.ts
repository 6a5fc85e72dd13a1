// The notebook's cells as they were run, and where a class stands in them: the kernel runs compiled JavaScript without
// source maps, so code is found again by its class and its statement.

import type { Obstacle, Remedy, SourceLocation } from '../protocol';
import type { TraceObstacle } from '../insight';
import { className, type Module } from '../nn/module';

export interface Cell {
  readonly id: string | undefined;
  readonly code: string;
}

export class Cells {
  private readonly cells: Cell[] = [];

  add(code: string, id: string | undefined): void {
    const known = id === undefined ? -1 : this.cells.findIndex(cell => cell.id === id);
    if (known >= 0) {
      this.cells.splice(known, 1);
    }
    this.cells.push({ id, code });
  }

  /** The latest cell that declares the class, and the line it begins at (from 1). */
  findClass(name: string): { cell: Cell; line: number } | undefined {
    const pattern = new RegExp(`\\bclass\\s+${name.replace(/\W/g, '')}\\b`);
    for (const cell of [...this.cells].reverse()) {
      const line = cell.code.split('\n').findIndex(text => pattern.test(text));
      if (line >= 0) {
        return { cell, line: line + 1 };
      }
    }
    return undefined;
  }
}

const FRAME_LINES = 3;

/** An obstacle of the report as the panel shows it: with its line in the cell, a code frame, and ways out. */
export function locateObstacle(
  found: TraceObstacle,
  cells: Cells,
  model: Module,
  isFirst: boolean
): Obstacle {
  const place = placeOf(found, cells);
  const remedies = remediesFor(found, model, isFirst);
  return {
    modulePath: found.modulePath,
    className: found.className,
    kind: found.kind,
    // The model itself cannot be marked: what to do has to be said.
    message: remedies.length === 0 ? `${found.message} ${found.remedy}`.trim() : found.message,
    remedies,
    ...(place ? { source: place.source, frame: place.frame } : {})
  };
}

/** The line of the cell that was compiled to the obstacle's line. */
function placeOf(found: TraceObstacle, cells: Cells) {
  const at = cells.findClass(found.className);
  if (!at) {
    return undefined;
  }
  const lines = at.cell.code.split('\n');
  const line = lineInCell(found, lines, at.line);
  const text = lines[line - 1] ?? '';
  const column = Math.max(1, text.search(/\S/) + 1);
  const source: SourceLocation = {
    line,
    column,
    ...(at.cell.id === undefined ? {} : { cellId: at.cell.id })
  };
  const firstLine = Math.max(1, line - FRAME_LINES);
  const frame = {
    firstLine,
    lines: lines.slice(firstLine - 1, line + FRAME_LINES),
    line,
    column,
    endColumn: text.trimEnd().length + 1
  };
  return { source, frame };
}

/**
 * Compiling takes types, empty lines and sometimes comments away, and leaves the order of the words: of the lines that
 * have every word of the compiled one, the one as far down the function, empty lines aside, is meant.
 */
function lineInCell(found: TraceObstacle, lines: readonly string[], classLine: number): number {
  const header = lines.findIndex((text, i) => i >= classLine - 1 && text.includes(`${found.functionName}(`));
  const from = header < 0 ? classLine - 1 : header;
  const compiled = found.source.split('\n');
  const wanted = words(compiled[found.range.line - 1] ?? found.code);
  const isText = (text: string) => text.trim() !== '';
  const depth = compiled.slice(0, found.range.line - 1).filter(isText).length;
  const candidates = lines
    .map((text, i) => ({ i, text }))
    .slice(from)
    .filter(({ text }) => isText(text))
    .map(({ i, text }, order) => ({ i, text, distance: Math.abs(order - depth) }));
  const matching = candidates.filter(({ text }) => {
    const here = words(text);
    return wanted.every(word => here.includes(word));
  });
  const nearest = (matching.length > 0 ? matching : candidates).sort((a, b) => a.distance - b.distance)[0];
  return (nearest?.i ?? from) + 1;
}

const words = (code: string): readonly string[] => code.match(/[\w$]+/g) ?? [];

function remediesFor(found: TraceObstacle, model: Module, isFirst: boolean): Remedy[] {
  const { modulePath, className: type } = found;
  const same = [...model.modules()].filter(m => className(m) === type).length;
  const rewrite: Remedy[] =
    found.rewrite === undefined
      ? []
      : [
          {
            kind: 'rewrite',
            title: 'Rewrite it',
            detail: `${found.rewrite} can be traced.`,
            recommended: false,
            modules: 1,
            code: found.rewrite
          }
        ];
  if (modulePath === '') {
    return rewrite;
  }
  return [
    {
      kind: 'non_traceable_class',
      title: same === 1 ? `Skip the ${type} module` : `Skip all ${same} ${type} modules`,
      detail: 'By class. Each stays float as one node; all else is quantized.',
      recommended: isFirst,
      modules: same,
      mark: { kind: 'non_traceable_class', target: type }
    },
    {
      kind: 'non_traceable_name',
      title: `Skip ${modulePath}`,
      detail: 'By name. Stays float.',
      recommended: false,
      modules: 1,
      mark: { kind: 'non_traceable_name', target: modulePath }
    },
    {
      kind: 'custom',
      title: 'Quantize it yourself: custom module…',
      detail: 'You write both classes; they are checked before use.',
      recommended: false,
      modules: same
    },
    ...rewrite
  ];
}
