const position = {
  type: 'array',
  minItems: 2,
  maxItems: 3,
  prefixItems: [
    { type: 'number', minimum: -180, maximum: 180 },
    { type: 'number', minimum: -90, maximum: 90 },
    { type: 'number', minimum: -12_000, maximum: 100_000 },
  ],
} as const;

const line = { type: 'array', minItems: 2, maxItems: 10_000, items: position } as const;
const ring = { type: 'array', minItems: 4, maxItems: 10_000, items: position } as const;
const polygon = { type: 'array', minItems: 1, maxItems: 100, items: ring } as const;

const geometry = (type: string, coordinates: object) => ({
  required: ['coordinates'],
  additionalProperties: false,
  properties: { type: { const: type }, coordinates },
});

/** JSON Schema of a GeoJSON geometry (RFC 7946) in WGS 84: longitude, latitude, and altitude in metres if known. */
export const geometrySchema = {
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: [
    geometry('Point', position),
    geometry('MultiPoint', { type: 'array', minItems: 1, maxItems: 10_000, items: position }),
    geometry('LineString', line),
    geometry('MultiLineString', { type: 'array', minItems: 1, maxItems: 1000, items: line }),
    geometry('Polygon', polygon),
    geometry('MultiPolygon', { type: 'array', minItems: 1, maxItems: 1000, items: polygon }),
  ],
};
