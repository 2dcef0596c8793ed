import type { Geometry } from 'geojson';

/** Text an operator reads, in the languages every declaration must provide. */
export interface LocalizedText {
  readonly fr: string;
  readonly en: string;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** NGSI-LD Property (ETSI GS CIM 009 §4.5.2). `observedAt` is ISO 8601 UTC; a property that has one is an observation. */
export interface PropertyAttribute {
  readonly type: 'Property';
  readonly value: JsonValue;
  /** UN/CEFACT Recommendation 20 common code, e.g. `KWT`. */
  readonly unitCode?: string;
  readonly observedAt?: string;
}

/** NGSI-LD GeoProperty (ETSI GS CIM 009 §4.7): GeoJSON in WGS 84, longitude first. */
export interface GeoPropertyAttribute {
  readonly type: 'GeoProperty';
  readonly value: Geometry;
  readonly observedAt?: string;
}

/** NGSI-LD Relationship (ETSI GS CIM 009 §4.5.3). */
export interface RelationshipAttribute {
  readonly type: 'Relationship';
  readonly object: string;
  readonly observedAt?: string;
}

export type Attribute = PropertyAttribute | GeoPropertyAttribute | RelationshipAttribute;

/** An NGSI-LD entity fragment in normalized form: some attributes of one entity, to be merged with what is known. */
export interface EntityFragment {
  /** `urn:ngsi-ld:<Type>:<local name>` */
  readonly id: string;
  readonly type: string;
  readonly [attribute: string]: string | Attribute;
}
