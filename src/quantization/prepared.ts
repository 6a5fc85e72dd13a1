// What prepare leaves for convert, kept in the graph module's `meta`. PyTorch: `_observed_graph_module_attrs`.

import type { GraphModule, Scope } from '../fx';
import type { PrepareCustomConfig } from './customConfig';
import type { QConfigExplanation, QConfigMapping } from './qconfigMapping';
import type { QuantizationNotice } from './report';

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

export const preparedMeta = {
  read: (model: GraphModule): PreparedMeta | undefined => model.meta[KEY] as PreparedMeta | undefined,
  write: (model: GraphModule, meta: PreparedMeta): void => {
    model.meta[KEY] = meta;
  },
  clear: (model: GraphModule): void => {
    Reflect.deleteProperty(model.meta, KEY);
  }
};
