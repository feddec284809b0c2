export { renderReport } from './render-report.ts';
export type {
  Report,
  ReportCase,
  ReportColumn,
  ReportData,
  ReportRun,
  ReportScores,
  ReportSplit,
} from './report.ts';
