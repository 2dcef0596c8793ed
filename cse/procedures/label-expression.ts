import { badRequest } from '../refusal.ts';

/** How a label of the form `key` or `key:value` is asked about. */
export type LabelTest = 'present' | 'absent' | 'in' | 'not in';

/** One expression of `lbq`, TS-0004 §7.3.3.17.16. */
export interface LabelExpression {
  readonly key: string;
  readonly test: LabelTest;
  /** For `in` and `not in`. */
  readonly values: readonly string[];
}

const word = '[^\\s:()]+';
const forms: readonly (readonly [RegExp, LabelTest])[] = [
  [new RegExp(`^(?<key>${word})$`), 'present'],
  [new RegExp(`^NT\\s+(?<key>${word})$`), 'absent'],
  [new RegExp(`^(?<key>${word}):(?<value>.+)$`), 'in'],
  [new RegExp(`^(?<key>${word})\\s+EQ\\s+(?<value>.+)$`), 'in'],
  [new RegExp(`^(?<key>${word})\\s+NE\\s+(?<value>.+)$`), 'not in'],
  [new RegExp(`^(?<key>${word})\\s+IN\\s*\\((?<list>.+)\\)$`), 'in'],
  [new RegExp(`^(?<key>${word})\\s+NI\\s*\\((?<list>.+)\\)$`), 'not in'],
];

/** @throws Refused BAD_REQUEST when the text has none of the forms */
export function readLabelExpression(text: string): LabelExpression {
  for (const [form, test] of forms) {
    const { key, value, list } = form.exec(text.trim())?.groups ?? {};
    if (key === undefined) continue;
    const values = list === undefined ? [value ?? ''] : list.split(',').map((item) => item.trim());
    if (values.includes('') && test !== 'present' && test !== 'absent') break;
    return { key, test, values };
  }
  throw badRequest(
    `lbq: "key", "NT key", "key:value", "key EQ value", "key NE value", "key IN (a, b)" or "key NI (a, b)" is expected, found "${text}"`,
  );
}
