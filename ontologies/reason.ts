import type { ErrorObject } from 'ajv/dist/2020.js';
import type { EntityType } from './declaration.ts';
import type { LocalizedText } from './entity.ts';

const numberFormats = {
  fr: new Intl.NumberFormat('fr-FR', { maximumSignificantDigits: 12 }),
  en: new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 12 }),
};
const shownLengthMax = 80;

const show = (value: unknown, language: 'fr' | 'en'): string => {
  if (typeof value === 'number') return numberFormats[language].format(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text;
};

/** A sentence that says what was found and what is expected: « fillingLevel vaut 1,4 ; attendu entre 0 et 1 ». */
export function explain(error: ErrorObject, type: EntityType): LocalizedText {
  const subject = subjectOf(error.instancePath);
  const bounds = (error.parentSchema ?? {}) as { minimum?: number; maximum?: number };
  const is = (expected: LocalizedText): LocalizedText => ({
    fr: `${subject} vaut ${show(error.data, 'fr')} ; attendu ${expected.fr}`,
    en: `${subject} is ${show(error.data, 'en')}; expected ${expected.en}`,
  });
  switch (error.keyword) {
    case 'minimum':
    case 'maximum':
      return is({
        fr: range(bounds, 'fr'),
        en: range(bounds, 'en'),
      });
    case 'type':
      return is(
        typeNames[String(error.params.type)] ?? { fr: String(error.params.type), en: String(error.params.type) },
      );
    case 'enum': {
      const allowed = (error.params.allowedValues as unknown[]).join(', ');
      return is({ fr: `l’une de : ${allowed}`, en: `one of: ${allowed}` });
    }
    case 'const': {
      const allowed = show(error.params.allowedValue, 'en');
      return is({ fr: allowed, en: allowed });
    }
    case 'format':
      return is({
        fr: 'une date ISO 8601 avec fuseau (2026-01-31T08:30:00Z)',
        en: 'an ISO 8601 time with zone (2026-01-31T08:30:00Z)',
      });
    case 'pattern':
      return is({ fr: `la forme urn:ngsi-ld:${type.name}:<nom>`, en: `the form urn:ngsi-ld:${type.name}:<name>` });
    case 'maxLength':
      return {
        fr: `${subject} a plus de ${error.params.limit} caractères`,
        en: `${subject} has more than ${error.params.limit} characters`,
      };
    case 'minItems':
    case 'maxItems':
      return {
        fr: `${subject} a ${Array.isArray(error.data) ? error.data.length : 0} éléments ; ${error.keyword === 'minItems' ? 'au moins' : 'au plus'} ${error.params.limit} attendus`,
        en: `${subject} has ${Array.isArray(error.data) ? error.data.length : 0} items; at ${error.keyword === 'minItems' ? 'least' : 'most'} ${error.params.limit} expected`,
      };
    case 'required':
      return {
        fr: `${subject} : ${error.params.missingProperty} manque`,
        en: `${subject}: ${error.params.missingProperty} is missing`,
      };
    case 'additionalProperties': {
      const name = String(error.params.additionalProperty).slice(0, shownLengthMax);
      return error.instancePath === ''
        ? { fr: `${name} n’est pas une propriété de ${type.name}`, en: `${name} is not a property of ${type.name}` }
        : { fr: `${subject} : ${name} n’est pas attendu`, en: `${subject}: ${name} is not expected` };
    }
    case 'minProperties':
      return { fr: 'aucune valeur n’a été trouvée', en: 'no value was found' };
    case 'discriminator':
      return {
        fr: `${subject} n’est pas une géométrie GeoJSON connue`,
        en: `${subject} is not a known GeoJSON geometry`,
      };
    default:
      return {
        fr: `${subject} n’est pas valide (${error.message ?? error.keyword})`,
        en: `${subject} ${error.message ?? 'is not valid'}`,
      };
  }
}

/** `/fillingLevel/value` is the property fillingLevel; deeper places keep their path. */
function subjectOf(instancePath: string): string {
  const parts = instancePath.split('/').slice(1);
  if (parts.length === 0) return 'entity';
  const [name = '', member, ...rest] = parts;
  const inside = member === 'value' ? rest : parts.slice(1);
  return [name, ...inside].join('.');
}

function range({ minimum, maximum }: { minimum?: number; maximum?: number }, language: 'fr' | 'en'): string {
  const low = minimum === undefined ? undefined : show(minimum, language);
  const high = maximum === undefined ? undefined : show(maximum, language);
  if (low !== undefined && high !== undefined)
    return language === 'fr' ? `entre ${low} et ${high}` : `between ${low} and ${high}`;
  if (low !== undefined) return language === 'fr' ? `au moins ${low}` : `at least ${low}`;
  return language === 'fr' ? `au plus ${high}` : `at most ${high}`;
}

const typeNames: Readonly<Record<string, LocalizedText>> = {
  number: { fr: 'un nombre', en: 'a number' },
  integer: { fr: 'un nombre entier', en: 'a whole number' },
  string: { fr: 'un texte', en: 'a text' },
  boolean: { fr: 'vrai ou faux', en: 'true or false' },
  object: { fr: 'un objet', en: 'an object' },
  array: { fr: 'une liste', en: 'a list' },
};
