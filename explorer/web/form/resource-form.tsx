import { useMemo, useState } from 'preact/hooks';
import type { JsonObject, PageRequest, TypeDescription } from '../../contract.ts';
import { demand } from '../api.ts';
import { CopyRequest } from '../resource/copy-request.tsx';
import { problemText } from '../status.tsx';
import { t } from '../text/messages.ts';
import { AttributeField } from './attribute-field.tsx';
import { editable, entered, expectation, fieldFor, readField } from './fields.ts';

/** A form of the attributes that a CREATE or UPDATE of a type takes; only what was changed is sent. */
export function ResourceForm({
  type,
  operation,
  present,
  preset,
  request,
  done,
}: {
  type: TypeDescription;
  operation: 'create' | 'update';
  /** Attributes the resource has. */
  present: JsonObject;
  /** What a specialization says of itself. */
  preset: JsonObject;
  request: (content: JsonObject) => PageRequest;
  done: (content: JsonObject) => void;
}) {
  const rows = useMemo(
    () => editable(type, operation).filter(({ name }) => preset[name] === undefined),
    [type, operation],
  );
  const fields = useMemo(() => new Map(rows.map(({ name }) => [name, fieldFor(name, type)])), [rows]);
  const before = useMemo(
    () => new Map(rows.map(({ name }) => [name, entered(fields.get(name) ?? { kind: 'json' }, present[name])])),
    [rows],
  );
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(before);
  const [problems, setProblems] = useState<ReadonlyMap<string, string>>(new Map());
  const [refusal, setRefusal] = useState<unknown>();
  const [isSending, setSending] = useState(false);
  const [copied, setCopied] = useState<PageRequest>();

  /** @returns undefined when a field cannot be read; the fields then say so */
  function read(): JsonObject | undefined {
    const content: JsonObject = { ...preset };
    const unreadable = new Map<string, string>();
    for (const row of rows) {
      const text = texts.get(row.name) ?? '';
      if (text === before.get(row.name) && operation === 'update') continue;
      try {
        const value = readField(fields.get(row.name) ?? { kind: 'json' }, text);
        if (value !== undefined) content[row.name] = value;
        else if (operation === 'update') content[row.name] = null;
        else if (row.create === 'M') unreadable.set(row.name, t('form.missing'));
      } catch {
        unreadable.set(
          row.name,
          t('form.unreadable', { expected: expectation(fields.get(row.name) ?? { kind: 'json' }) }),
        );
      }
    }
    setProblems(unreadable);
    const [first] = unreadable.keys();
    if (first === undefined) return content;
    document.getElementById(`field-${first}`)?.focus();
    return undefined;
  }

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    const content = read();
    if (content === undefined) return;
    setSending(true);
    setRefusal(undefined);
    try {
      const { pc } = await demand(request({ [type.element]: content }));
      done(pc ?? {});
    } catch (error) {
      setRefusal(error);
      setSending(false);
    }
  }

  const field = (row: (typeof rows)[number]) => (
    <AttributeField
      key={row.name}
      row={row}
      field={fields.get(row.name) ?? { kind: 'json' }}
      value={texts.get(row.name) ?? ''}
      isRequired={operation === 'create' && row.create === 'M'}
      problem={problems.get(row.name)}
      change={(text) => setTexts((known) => new Map(known).set(row.name, text))}
    />
  );
  const isFirst = ({ name, create }: (typeof rows)[number]): boolean =>
    operation === 'create' ? create === 'M' || name === 'rn' || name === 'lbl' : present[name] !== undefined;
  const others = rows.filter((row) => !isFirst(row));
  return (
    <form class="resource-form" noValidate onSubmit={(event) => void send(event)}>
      {rows.filter(isFirst).map(field)}
      {others.length > 0 && (
        <details open={others.some(({ name }) => problems.has(name))}>
          <summary>{t('form.others', { count: others.length })}</summary>
          {others.map(field)}
        </details>
      )}
      {refusal !== undefined && (
        <p class="problem" role="alert">
          {problemText(refusal)}
        </p>
      )}
      <div class="form-end">
        <button type="submit" class="button is-main" disabled={isSending}>
          {t(operation === 'create' ? 'action.create' : 'form.save')}
        </button>
        <button
          type="button"
          class="button is-quiet"
          onClick={() => {
            const content = read();
            if (content !== undefined) setCopied(request({ [type.element]: content }));
          }}
        >
          {t('copy.summary')}
        </button>
      </div>
      {copied !== undefined && <CopyRequest request={copied} />}
    </form>
  );
}
