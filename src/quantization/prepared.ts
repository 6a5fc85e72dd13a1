// What prepare leaves for convert, kept in the graph module's `meta`. PyTorch: `_observed_graph_module_attrs`.

import type { GraphModule, Scope } from '../fx';
import type { PrepareCustomConfig } from './customConfig';
import type { QConfigExplanation, QConfigMapping } from './qconfigMapping';
import type { QuantizationNotice } from './report';

/** What prepare decided: scopes, qconfigs, custom settings. */
export interface PreparedMeta {
  /** Which setting decided for each node, by node name. */
  readonly qconfigs: ReadonlyMap<string, QConfigExplanation>;
  readonly scopes: ReadonlyMap<string, Scope>;
  readonly custom: PrepareCustomConfig;
  readonly mapping: QConfigMapping;
  readonly observedNodeNames: ReadonlySet<string>;
  /** Why operators stay float, by node name. */
  readonly staysFloat: ReadonlyMap<string, string>;
  readonly notices: readonly QuantizationNotice[];
  readonly isQat: boolean;
}

const KEY = 'preparedForQuantization';

/** What prepare notes for convert, kept beside the graph module. */
export const preparedMeta = {
  /** What was noted of a model, if anything. */
  read: (model: GraphModule): PreparedMeta | undefined => model.meta[KEY] as PreparedMeta | undefined,
  /** Notes it. */
  write: (model: GraphModule, meta: PreparedMeta): void => {
    model.meta[KEY] = meta;
  },
  /** Forgets it: the model is converted. */
  clear: (model: GraphModule): void => {
    Reflect.deleteProperty(model.meta, KEY);
  }
};
