import type { AttributeDescription } from '../../contract.ts';
import { local, t } from '../text/messages.ts';
import { expectation, type Field } from './fields.ts';

/** One attribute to be entered: its name and meaning above, what is expected below, its error beside it. */
export function AttributeField({
  row,
  field,
  value,
  isRequired,
  problem,
  change,
}: {
  row: AttributeDescription;
  field: Field;
  value: string;
  isRequired: boolean;
  problem: string | undefined;
  change: (text: string) => void;
}) {
  const id = `field-${row.name}`;
  const common = {
    id,
    value,
    required: isRequired,
    'aria-describedby': `${id}-hint`,
    'aria-invalid': problem !== undefined,
    onInput: (event: { currentTarget: { value: string } }) => change(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>
        {row.long} <code>{row.name}</code>
        {isRequired && <span class="required"> {t('form.required')}</span>}
      </label>
      <p id={`${id}-hint`} class="hint">
        {local(row.meaning)}{' '}
        <span title={row.expected}>
          ({expectation(field)}
          {field.kind === 'lines' && <>, {t('form.onePerLine')}</>})
        </span>
      </p>
      {field.kind === 'truth' && (
        <select {...common}>
          <option value="">–</option>
          <option value="true">{t('value.yes')}</option>
          <option value="false">{t('value.no')}</option>
        </select>
      )}
      {field.kind === 'choice' && (
        <select {...common}>
          <option value="">–</option>
          {field.choices.map(({ value, label }) => (
            <option key={value} value={String(value)}>
              {label}
            </option>
          ))}
        </select>
      )}
      {field.kind === 'number' && <input type="number" step="any" min={field.min} max={field.max} {...common} />}
      {field.kind === 'line' && <input type="text" spellcheck={false} {...common} />}
      {(field.kind === 'lines' || field.kind === 'json' || field.kind === 'content') && (
        <textarea rows={field.kind === 'lines' ? 2 : 4} spellcheck={false} {...common} />
      )}
      {problem !== undefined && <p class="problem">{problem}</p>}
    </div>
  );
}
