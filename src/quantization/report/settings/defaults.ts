// Rows that default mappings bring along for operators most models do not have: nobody wrote them, so that they
// decide for nothing is no news.

import { BACKENDS, qconfigEquals } from '../../qconfig';
import { getDefaultQatQConfigMapping } from '../../qatQConfig';
import {
  getDefaultQConfigMapping,
  type MaybeQConfig,
  type ObjectType,
  type QConfigMapping
} from '../../qconfigMapping';

let rows: Map<ObjectType, MaybeQConfig[]> | undefined;

function defaultRows(): Map<ObjectType, MaybeQConfig[]> {
  if (!rows) {
    rows = new Map();
    for (const backend of BACKENDS) {
      for (const mapping of [getDefaultQConfigMapping(backend), getDefaultQatQConfigMapping(backend)]) {
        for (const [type, qconfig] of mapping.objectTypeQConfigs) {
          rows.set(type, [...(rows.get(type) ?? []), qconfig]);
        }
      }
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
