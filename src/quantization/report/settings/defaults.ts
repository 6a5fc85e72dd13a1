// Rows that default mappings bring along for operators most models do not have: nobody wrote them, so that they
// decide for nothing is no news.

import {
  getDefaultQatQConfigMapping,
  getDefaultQConfigMapping,
  getSymmetricQnnpackQatQConfigMapping,
  getSymmetricQnnpackQConfigMapping
} from '../../defaultMappings';
import { BACKENDS, qconfigEquals } from '../../qconfig';
import type { MaybeQConfig, ObjectType, QConfigMapping } from '../../qconfigMapping';

let rows: Map<ObjectType, MaybeQConfig[]> | undefined;

function defaultRows(): Map<ObjectType, MaybeQConfig[]> {
  if (!rows) {
    rows = new Map();
    const mappings = [
      ...BACKENDS.flatMap(backend => [
        getDefaultQConfigMapping(backend),
        getDefaultQatQConfigMapping(backend)
      ]),
      getSymmetricQnnpackQConfigMapping(),
      getSymmetricQnnpackQatQConfigMapping()
    ];
    for (const [type, qconfig] of mappings.flatMap(mapping => [...mapping.objectTypeQConfigs])) {
      rows.set(type, [...(rows.get(type) ?? []), qconfig]);
    }
  }
  return rows;
}

/** A row with the qconfig that a default mapping, or the mapping's own global setting, gives this type anyway. */
export function isDefaultRow(type: ObjectType, qconfig: MaybeQConfig, mapping: QConfigMapping): boolean {
  const known = defaultRows().get(type);
  return (
    known !== undefined &&
    [mapping.globalQConfig, ...known].some(q => q !== null && qconfigEquals(q, qconfig))
  );
}
