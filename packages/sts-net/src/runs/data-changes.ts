import { contentOf, type DataRecord, splitNames } from './data-record.ts';

/** The data that a run has drawn new, or that are not what they were. */
export class DataChangedError extends RangeError {
  /** What changed, one sentence each. */
  readonly changes: readonly string[];

  constructor(subject: string, changes: readonly string[], remedy: string) {
    const [first = '', second, ...more] = changes;
    const rest = more.length > 0 ? `; and ${more.length} more` : '';
    super(
      `${subject}: its data are not what they were: ${first}${second === undefined ? '' : `; ${second}`}${rest}; ${remedy}`,
    );
    this.changes = changes;
  }
}

/** What differs between two records, worst first; empty where they hold the same. */
export function dataChanges(before: DataRecord, now: DataRecord): readonly string[] {
  const [old, current] = [placesOf(before), placesOf(now)];
  const moved: string[] = [];
  const changed: string[] = [];
  const others: string[] = [];
  for (const [id, was] of old) {
    const is = current.get(id);
    if (is === undefined) others.push(`case '${id}' (${was.split}) is gone`);
    else {
      if (is.split !== was.split) moved.push(`case '${id}' went from ${was.split} to ${is.split}`);
      if (is.group !== was.group) {
        changed.push(`the group of case '${id}' was '${was.group}' and is '${is.group}'`);
      }
      if (JSON.stringify(is.labels) !== JSON.stringify(was.labels)) {
        changed.push(`the labels of case '${id}' were ${said(was)} and are ${said(is)}`);
      }
      for (const kind of ['image', 'mask'] as const) {
        if (contentOf(is[kind]) !== contentOf(was[kind])) {
          changed.push(`the ${kind} of case '${id}' has another content`);
        }
      }
    }
  }
  for (const [id, { split }] of current) {
    if (!old.has(id)) others.push(`case '${id}' (${split}) is new`);
  }
  return [...moved, ...changed, ...others];
}

function said({ labels }: DataRecord['training'][number]): string {
  return labels === undefined ? 'as in the mask' : JSON.stringify(labels);
}

function placesOf(record: DataRecord) {
  return new Map(
    splitNames.flatMap((split) => record[split].map((one) => [one.id, { ...one, split }] as const)),
  );
}
