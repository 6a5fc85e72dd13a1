// What quantization reports, for the graph it is about.

import type { GraphModule } from '../fx';
import type { Stage } from '../protocol';
import { reportOf, type PreparedMeta } from '../quantization';
import { noticesOf, sentence } from '../quantization/report';

/** What the report of a graph says, as views show it; of earlier stages that of the prepared model. */
export function remarksOf(graph: GraphModule, stage: Stage, meta: PreparedMeta) {
  if (stage !== 'converted') {
    return { staysFloat: meta.staysFloat, notices: meta.notices };
  }
  const report = reportOf(graph);
  const staysFloat = new Map(report.floatOperators.map(entry => [entry.about, sentence(entry)]));
  return { staysFloat, notices: noticesOf(report) };
}
