export type { SourceRange } from '../../fx/source';
export { OBSTACLE_KINDS, type ObstacleKind, type TraceObstacle } from './obstacle';
export { traceabilityReport, type TraceabilityReport } from './report';
export type { TraceabilityOptions } from './analysis';
