// Cells the panel writes: below the active one, or in the place of the one it wrote before.

import { CodeCell } from '@jupyterlab/cells';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

const GENERATED = 'fxquant';

export function insertBelow(panel: NotebookPanel, code: string, generated = true): void {
  const { content } = panel;
  const before = generated
    ? content.widgets.findIndex(cell => isGenerated(cell.model.getMetadata(GENERATED)))
    : -1;
  if (before >= 0) {
    content.widgets[before]?.model.sharedModel.setSource(code);
    content.activeCellIndex = before;
    return;
  }
  NotebookActions.insertBelow(content);
  const cell = content.activeCell;
  cell?.model.sharedModel.setSource(code);
  if (generated) {
    cell?.model.setMetadata(GENERATED, { generated: true });
  }
}

function isGenerated(metadata: unknown): boolean {
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    (metadata as { generated?: unknown }).generated === true
  );
}

/** The number a cell has run as. */
export function executionCountOf(panel: NotebookPanel, cellId: string): number | undefined {
  const cell = panel.content.widgets.find(widget => widget.model.id === cellId);
  return cell instanceof CodeCell ? (cell.model.executionCount ?? undefined) : undefined;
}

/** Shows a line of a cell, by the cell's id. */
export async function revealLine(panel: NotebookPanel, cellId: string, line: number): Promise<void> {
  const index = panel.content.widgets.findIndex(cell => cell.model.id === cellId);
  const cell = panel.content.widgets[index];
  if (!cell) {
    return;
  }
  panel.content.activeCellIndex = index;
  await panel.content.scrollToCell(cell, 'center');
  cell.editor?.focus();
  cell.editor?.setCursorPosition({ line: line - 1, column: 0 });
}
