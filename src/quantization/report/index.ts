// What quantization did with what it was told.

export { QuantizationError } from './error';
export {
  sentence,
  type FloatReason,
  type ModelEntry,
  type ModelKind,
  type OperatorEntry,
  type OperatorKind,
  type ReportEntry,
  type ReportKind,
  type SettingEntry,
  type SettingKind
} from './entry';
export { QuantizationReport } from './report';
export { reportOf, writeReport, type Reported } from './attach';
export { convertedReport } from './converted';
export { preparedReport } from './prepared';
export { noticesOf, type QuantizationNotice } from './notice';
