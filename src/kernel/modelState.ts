// What is kept of one model variable.

import { STAGES, type GraphDocument, type Stage } from '../protocol';
import type { GraphModule } from '../fx';
import type { Module } from '../nn/module';
import type { ConvertCustomConfig, PreparedMeta } from '../quantization';

export interface ModelState {
  model: Module;
  revision: number;
  cellId: string | undefined;
  documents: Map<Stage, GraphDocument>;
  /** What `prepare` and later stages were made with. */
  recipeKey: string | undefined;
  prepared: GraphModule | undefined;
  meta: PreparedMeta | undefined;
  convertConfig: ConvertCustomConfig | undefined;
  converted: GraphModule | undefined;
  /** Float node id → id of the last member of what it is fused into. */
  fusion: Map<string, string>;
}

export function newState(model: Module, revision: number, cellId: string | undefined): ModelState {
  return {
    model,
    revision,
    cellId,
    documents: new Map(),
    recipeKey: undefined,
    prepared: undefined,
    meta: undefined,
    convertConfig: undefined,
    converted: undefined,
    fusion: new Map()
  };
}

export function stageOf(state: ModelState): Stage {
  return [...STAGES].reverse().find(stage => state.documents.has(stage)) ?? 'float';
}
