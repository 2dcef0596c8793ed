import { MIMEType } from 'node:util';
import { type Format, isFormat } from './format.ts';

/** What the oneM2M media types distinguish, TS-0004 §6.7: representation, notification, whole primitives. */
export type Use = 'res' | 'ntfy' | 'preq' | 'prsp';

export interface MediaType {
  readonly format: Format;
  readonly use?: Use;
  /** Resource type of a CREATE, TS-0009 §6.4.3. */
  readonly ty?: number;
}

const oneM2MSubtype = /^vnd\.onem2m-(?<use>res|ntfy|preq|prsp)\+(?<format>[a-z]+)$/;

/**
 * Reads a Content-Type.
 *
 * @returns undefined when it is none of ours (UNSUPPORTED_MEDIA_TYPE); `ty` is NaN when it is there and not a number
 */
export function readMediaType(header: string): MediaType | undefined {
  let parsed: MIMEType;
  try {
    parsed = new MIMEType(header);
  } catch {
    return undefined;
  }
  if (parsed.type !== 'application') return undefined;
  const charset = parsed.params.get('charset');
  if (charset !== null && charset.toLowerCase() !== 'utf-8') return undefined;
  const named = oneM2MSubtype.exec(parsed.subtype)?.groups;
  const format = named?.format ?? parsed.subtype;
  if (!isFormat(format)) return undefined;
  const ty = parsed.params.get('ty');
  return {
    format,
    ...(named?.use === undefined ? {} : { use: named.use as Use }),
    ...(ty === null ? {} : { ty: /^\d{1,5}$/.test(ty) ? Number(ty) : Number.NaN }),
  };
}

/** Media type of what is sent; without a parameter more than needed, since some peers stumble over them. */
export const mediaType = (format: Format, use?: Use): string =>
  use === undefined ? `application/${format}` : `application/vnd.onem2m-${use}+${format}`;

/**
 * Chooses among what an Accept header takes, by quality and then by order (RFC 9110 §12.5.1).
 *
 * @param preferred used for wildcards and when the header is absent: the format of the request
 * @returns undefined when nothing fits (NOT_ACCEPTABLE)
 */
export function negotiateFormat(accept: string | undefined, preferred: Format): Format | undefined {
  if (accept === undefined || accept.trim() === '') return preferred;
  return accept
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      const format = type === '*/*' || type === 'application/*' ? preferred : readMediaType(type)?.format;
      return { format, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ format, quality }) => format !== undefined && quality > 0)
    .sort((one, other) => other.quality - one.quality)[0]?.format;
}
