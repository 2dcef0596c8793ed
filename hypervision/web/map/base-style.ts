import type { FeatureCollection, Point } from 'geojson';
import type { StyleSpecification } from 'maplibre-gl';
import type { Bootstrap, Communes } from '../../contract.ts';
import type { Palette } from './palette.ts';

/** Family under which the typeface is loaded by the page; MapLibre draws glyphs with it, so none are fetched. */
export const MAP_FONT = 'Atkinson Hyperlegible Next Variable';

/** The quiet ground: communes and their names, over online tiles when the platform has some. Needs no network. */
export function baseStyle(
  communes: Communes,
  names: FeatureCollection<Point>,
  baseMap: Bootstrap['baseMap'],
  colours: Palette,
): StyleSpecification {
  const tiles = baseMap !== null;
  return {
    version: 8,
    sources: {
      communes: { type: 'geojson', data: communes, attribution: 'Admin Express © IGN' },
      names: { type: 'geojson', data: names },
      ...(tiles && {
        base: { type: 'raster', tiles: [baseMap.url], tileSize: 256, attribution: baseMap.attribution, maxzoom: 19 },
      }),
    },
    layers: [
      { id: 'paper', type: 'background', paint: { 'background-color': colours.paper } },
      ...(tiles
        ? [
            {
              id: 'base',
              type: 'raster' as const,
              source: 'base',
              // Quieter than its makers meant it: it is the ground, not the picture.
              paint: {
                'raster-saturation': -0.6,
                'raster-brightness-max': colours.scheme === 'dark' ? 0.42 : 1,
                'raster-contrast': -0.1,
              },
            },
          ]
        : []),
      // Under the land, so that only the outer half shows: the edge of the territory.
      {
        id: 'edge',
        type: 'line',
        source: 'communes',
        layout: { 'line-join': 'round' },
        paint: {
          'line-color': colours.river,
          'line-opacity': colours.scheme === 'dark' ? 0.5 : 0.35,
          'line-width': ['interpolate', ['linear'], ['zoom'], 9, 3, 14, 8],
        },
      },
      {
        id: 'land',
        type: 'fill',
        source: 'communes',
        paint: { 'fill-color': colours.land, 'fill-opacity': tiles ? 0 : 1 },
      },
      {
        id: 'boundary-casing',
        type: 'line',
        source: 'communes',
        layout: { 'line-join': 'round' },
        paint: {
          'line-color': colours.paper,
          'line-width': ['interpolate', ['linear'], ['zoom'], 9, 2, 14, 6],
          'line-opacity': 0.7,
        },
      },
      {
        id: 'boundary',
        type: 'line',
        source: 'communes',
        layout: { 'line-join': 'round' },
        paint: { 'line-color': colours.boundary, 'line-width': ['interpolate', ['linear'], ['zoom'], 9, 0.8, 14, 1.8] },
      },
      {
        id: 'names',
        type: 'symbol',
        source: 'names',
        layout: {
          'text-field': ['get', 'name'],
          'text-font': [MAP_FONT],
          'text-size': ['interpolate', ['linear'], ['zoom'], 9, 11, 12, 15, 15, 22],
          'text-letter-spacing': 0.06,
          'text-max-width': 8,
          'text-padding': 6,
        },
        paint: {
          'text-color': colours.ink3,
          'text-halo-color': colours.land,
          'text-halo-width': 1.6,
          'text-opacity': 0.95,
        },
      },
    ],
  };
}
