import { MapboxOverlay } from '@deck.gl/mapbox';
import { effect } from '@preact/signals';
import { AttributionControl, GeoJSONSource, Map as MapLibre, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import { Icon } from '#platform/browser';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { useEffect, useRef, useState } from 'preact/hooks';
import { coarseNowMs } from '../clock.ts';
import { bootstrap } from '../state/bootstrap.ts';
import { type Situation, shown } from '../state/filters.ts';
import { flyTo, hoveredId, select, selectedId } from '../state/selection.ts';
import { t } from '../text/messages.ts';
import { clusterAtlas, markAtlas } from './atlas.ts';
import { baseStyle, MAP_FONT } from './base-style.ts';
import { Clusters, type Grouped, type Placed, placed } from './clusters.ts';
import { type Bounds, boundsOf, type LonLat, pointOf } from './geometry.ts';
import { layersOf, pickedFrom } from './layers.ts';
import { MapTip, type Pointed } from './map-tip.tsx';
import { namePlaces } from './name-places.ts';
import { palette } from './palette.ts';
import './territory-map.css';

setWorkerUrl(workerUrl);

/** Below this width the panel is a sheet over the map, as in app.css. */
const PHONE_WIDTH = 760;

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
const moveMs = (): number => (reducedMotion.matches ? 0 : 600);

/** The territory, edge to edge. It moves only when a person moves it or asks for a place. */
export function TerritoryMap() {
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre>(undefined);
  const [pointed, setPointed] = useState<Pointed>();
  const [isBroken, setBroken] = useState(false);

  useEffect(() => {
    if (container.current === null) return;
    try {
      const opened = openMap(container.current, setPointed);
      map.current = opened.map;
      return opened.close;
    } catch {
      setBroken(true); // no WebGL: the list twin shows the same set
      return undefined;
    }
  }, []);

  const zoomBy = (step: number) => () => map.current?.zoomTo(map.current.getZoom() + step, { duration: moveMs() / 2 });
  if (isBroken) {
    return (
      <div class="map-broken">
        <h2>{t('map.broken.title')}</h2>
        <p>{t('map.broken.text')}</p>
      </div>
    );
  }
  return (
    <div class="map">
      <div ref={container} class="map-canvas" role="application" aria-label={t('map.label')} />
      <div class="map-tools">
        <button type="button" onClick={zoomBy(1)} aria-label={t('map.zoomIn')} title={t('map.zoomIn')}>
          <Icon name="plus" />
        </button>
        <button type="button" onClick={zoomBy(-1)} aria-label={t('map.zoomOut')} title={t('map.zoomOut')}>
          <Icon name="minus" />
        </button>
        <button
          type="button"
          onClick={() => map.current !== undefined && showWhole(map.current, moveMs())}
          aria-label={t('map.whole')}
          title={t('map.whole')}
        >
          <Icon name="whole" />
        </button>
      </div>
      {pointed !== undefined && <MapTip pointed={pointed} />}
    </div>
  );
}

function showWhole(map: MapLibre, duration: number): void {
  const [west, south, east, north] = boundsOf(bootstrap().territory.communes);
  map.fitBounds([west, south, east, north], { padding: 32, duration });
}

function openMap(
  container: HTMLElement,
  onPoint: (pointed: Pointed | undefined) => void,
): { map: MapLibre; close(): void } {
  const { territory, baseMap, silenceFactor } = bootstrap();
  const bounds = boundsOf(territory.communes);
  let names = namePlaces(territory.communes, []);
  const map = new MapLibre({
    container,
    style: baseStyle(territory.communes, names, baseMap, palette.peek()),
    bounds: [bounds[0], bounds[1], bounds[2], bounds[3]],
    fitBoundsOptions: { padding: 32 },
    hash: 'map', // a copied address shows the same place
    minZoom: 7,
    maxZoom: 20,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    // Nothing is fetched from elsewhere unless the platform has chosen a base map.
    fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new AttributionControl({ compact: false }), 'bottom-right');
  map.addControl(new ScaleControl({ maxWidth: 120, unit: 'metric' }), 'bottom-left');
  map.getCanvas().setAttribute('aria-label', t('map.canvas'));

  const overlay = new MapboxOverlay({
    layers: [],
    pickingRadius: 6,
    onHover: (info) => {
      const picked = pickedFrom(info);
      hoveredId.value = picked?.kind === 'entity' ? picked.placed.entity.id : undefined;
      map.getCanvas().style.cursor = picked === undefined ? '' : 'pointer';
      onPoint(picked === undefined ? undefined : { picked, x: info.x, y: info.y });
    },
    onClick: (info) => {
      const picked = pickedFrom(info);
      if (picked?.kind === 'entity') select(picked.placed.entity.id);
      else if (picked?.kind === 'cluster') {
        const { position } = picked.cluster;
        map.easeTo({
          center: [position[0], position[1]],
          zoom: index.expansionZoom(picked.cluster) + 0.2,
          duration: moveMs(),
        });
        onPoint(undefined);
      } else select(undefined);
    },
  });
  map.addControl(overlay);

  let everything: readonly Placed[] = [];
  let source: readonly Situation[] | undefined;
  let index = new Clusters([]);
  let marks = markAtlas(palette.peek());
  let groups = clusterAtlas(palette.peek());
  let drawnScheme = palette.peek().scheme;
  let frame: number | undefined;

  function draw(): void {
    frame = undefined;
    const zoom = map.getZoom();
    const { clusters, single }: Grouped = index.at(viewOf(map), zoom);
    for (const { shares } of clusters) groups.iconOf(shares); // painted before the layer asks where it lies
    overlay.setProps({
      layers: layersOf({
        palette: palette.peek(),
        marks,
        clusters: groups,
        everything,
        grouped: clusters,
        single,
        selected: placeOf(selectedId.peek(), everything),
        hovered: hoveredId.peek() === selectedId.peek() ? undefined : placeOf(hoveredId.peek(), single),
        zoom,
        silenceFactor,
        nowMs: coarseNowMs.peek(),
      }),
    });
  }
  function placeNames(): void {
    names = namePlaces(
      territory.communes,
      everything.map(({ position }) => position),
    );
    const source = map.getSource('names');
    if (source instanceof GeoJSONSource) source.setData(names);
    else map.once('load', placeNames);
  }
  /** Many changes in one frame are drawn once. */
  const redraw = (): void => {
    frame ??= requestAnimationFrame(draw);
  };

  const stopEffects = [
    effect(() => {
      if (shown.value !== source) {
        source = shown.value;
        const count = everything.length;
        everything = placed(source);
        if (everything.length !== count) placeNames();
        index = new Clusters(everything);
      }
      redraw();
    }),
    effect(() => {
      // Read so that this runs again when they change.
      void selectedId.value;
      void hoveredId.value;
      redraw();
    }),
    effect(() => {
      const colours = palette.value;
      marks = markAtlas(colours);
      groups = clusterAtlas(colours);
      if (drawnScheme !== colours.scheme) map.setStyle(baseStyle(territory.communes, names, baseMap, colours));
      drawnScheme = colours.scheme;
      redraw();
    }),
    effect(() => {
      const goal = flyTo.value;
      if (goal === undefined) return;
      map.easeTo({
        center: [goal.position[0], goal.position[1]],
        zoom: Math.max(map.getZoom(), goal.zoom ?? 15),
        // On a phone the panel covers the lower part.
        offset: [0, innerWidth < PHONE_WIDTH && selectedId.peek() !== undefined ? -container.clientHeight / 3 : 0],
        duration: moveMs(),
      });
    }),
  ];
  map.on('move', redraw);
  const observer = new ResizeObserver(() => map.resize());
  observer.observe(container);
  // Sprites and labels drawn before the typeface has come would keep the substitute.
  document.fonts.load(`600 16px "${MAP_FONT}"`).then(redraw);

  return {
    map,
    close() {
      for (const stop of stopEffects) stop();
      observer.disconnect();
      if (frame !== undefined) cancelAnimationFrame(frame);
      map.remove();
    },
  };
}

/** A margin around the view, so that panning brings nothing late. */
function viewOf(map: MapLibre): Bounds {
  const bounds = map.getBounds();
  const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const [x, y] = [(east - west) / 8, (north - south) / 8];
  return [west - x, south - y, east + x, north + y];
}

function placeOf(id: string | undefined, among: readonly Placed[]): LonLat | undefined {
  if (id === undefined) return undefined;
  const found = among.find(({ entity }) => entity.id === id);
  return found === undefined ? undefined : pointOf(found.entity);
}
