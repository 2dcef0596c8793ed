import type { ResourceDefinition } from '../resources/index.ts';
import attributes from './attribute-meanings.json' with { type: 'json' };
import types from './type-meanings.json' with { type: 'json' };

/** What something is for, in one sentence for people. */
export interface Meaning {
  readonly fr: string;
  readonly en: string;
}

const ofTypes: Readonly<Record<string, Meaning>> = types;
const ofAttributes: Readonly<Record<string, Meaning>> = attributes;

/** @returns undefined for specializations of <flexContainer>, whose models are described in TS-0023 */
export const meaningOfType = ({ longName, element }: ResourceDefinition): Meaning | undefined =>
  element.startsWith('m2m:') ? (ofTypes[longName] ?? announcedMeaning(longName)) : undefined;

/** @param long long name; what only rare types have goes without */
export const meaningOfAttribute = (long: string): Meaning | undefined =>
  Object.hasOwn(ofAttributes, long) ? ofAttributes[long] : undefined;

function announcedMeaning(longName: string): Meaning | undefined {
  const original = longName.replace(/Annc$/, '');
  return original === longName
    ? undefined
    : {
        fr: `Annonce d’une ressource ${original} d’une autre CSE.`,
        en: `Announcement of a ${original} of another CSE.`,
      };
}
