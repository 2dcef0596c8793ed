import type { AttributeDescription, Json, TypeDescription } from '../../contract.ts';
import { typeByNumber } from '../bootstrap.ts';
import { expectation, fieldFor } from '../form/fields.ts';
import { local, t } from '../text/messages.ts';
import { formatMoment, momentOf, valueText } from '../text/values.ts';
import type { Loaded } from './load.ts';

/** Attributes whose values are addresses of resources. */
const addressed = /^(resourceID|parentID|.*IDs?|.*Links?|link|ontologyRef|notificationURI|announceTo|creator)$/;

/** Every attribute a resource has: what it is called, what it means, what it is. */
export function Attributes({ loaded }: { loaded: Loaded }) {
  const { attributes, type } = loaded;
  const rows = new Map(type.attributes.map((row) => [row.name, row]));
  const absent = type.attributes.filter(({ name }) => attributes[name] === undefined);
  return (
    <>
      <table class="attributes">
        <caption class="visually-hidden">{t('attributes.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('attributes.name')}</th>
            <th scope="col">{t('attributes.value')}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(attributes).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">
                <AttributeName name={name} row={rows.get(name)} type={type} />
              </th>
              <td>
                <Value name={name} long={rows.get(name)?.long ?? name} value={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {absent.length > 0 && (
        <details class="absent">
          <summary>{t('attributes.absent', { count: absent.length })}</summary>
          <ul>
            {absent.map((row) => (
              <li key={row.name}>
                <AttributeName name={row.name} row={row} type={type} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function AttributeName({
  name,
  row,
  type,
}: {
  name: string;
  row: AttributeDescription | undefined;
  type: TypeDescription;
}) {
  return (
    <>
      <span class="attribute-long">{row?.long ?? name}</span> <code>{name}</code>
      {row !== undefined && (
        <span class="attribute-meaning">
          {local(row.meaning)}{' '}
          <span class="expected" title={row.expected}>
            ({expectation(fieldFor(row.name, type))})
          </span>
        </span>
      )}
    </>
  );
}

function Value({ name, long, value }: { name: string; long: string; value: Json }) {
  if (name === 'ty') return <>{`${String(value)} – ${typeByNumber(Number(value))?.longName ?? ''}`}</>;
  if (typeof value === 'boolean') return <>{t(value ? 'value.yes' : 'value.no')}</>;
  if (typeof value === 'string') {
    const moment = momentOf(value);
    if (moment !== undefined)
      return (
        <>
          {formatMoment(moment)} <code>{value}</code>
        </>
      );
    if (addressed.test(long) && value !== '' && !value.includes('://')) return <a href={`#${value}`}>{value}</a>;
    return <span class="value">{value}</span>;
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return (
      <ul class="values">
        {value.map((item) => (
          <li key={item}>
            <Value name="" long={long} value={item} />
          </li>
        ))}
      </ul>
    );
  if (typeof value === 'object') return <pre class="json">{valueText(value)}</pre>;
  return <>{String(value)}</>;
}
