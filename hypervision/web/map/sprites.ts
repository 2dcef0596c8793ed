import { severityShapes } from '../icons/severity-shapes.ts';
import type { Severity } from '../state/condition.ts';
import { styleOf, type Theme } from '../themes.ts';
import type { Palette } from './palette.ts';

/**
 * How each thing looks on the map. The same functions draw the atlas that deck.gl reads and the legend in the rail, so the
 * legend cannot say something else than the map. All drawings fill a box of `CELL` by `CELL` around its centre.
 */
export type Draw = (context: CanvasRenderingContext2D, palette: Palette) => void;

/** Pixels of a sprite's box at normal size. */
export const CELL = 48;
const CENTRE = CELL / 2;
const TURN = Math.PI * 2;

/** Whether the values can be trusted to describe the present. */
export type Freshness = 'fresh' | 'stale' | 'unknown';

const hueOf = (palette: Palette, theme: Theme, freshness: Freshness): string =>
  freshness === 'fresh' ? palette.theme[theme] : palette.condition.stale;

function disc(context: CanvasRenderingContext2D, radius: number, fill: string): void {
  context.beginPath();
  context.arc(CENTRE, CENTRE, radius, 0, TURN);
  context.fillStyle = fill;
  context.fill();
}

function ring(
  context: CanvasRenderingContext2D,
  radius: number,
  width: number,
  stroke: string,
  from = 0,
  to = 1,
): void {
  context.beginPath();
  context.arc(CENTRE, CENTRE, radius, from * TURN - TURN / 4, to * TURN - TURN / 4);
  context.lineWidth = width;
  context.strokeStyle = stroke;
  context.stroke();
}

/** Diagonal lines inside the current path: no news. */
function hatch(context: CanvasRenderingContext2D, stroke: string): void {
  context.save();
  context.clip();
  context.beginPath();
  for (let offset = -CELL; offset < CELL; offset += 4) {
    context.moveTo(offset, CELL);
    context.lineTo(offset + CELL, 0);
  }
  context.lineWidth = 1.4;
  context.strokeStyle = stroke;
  context.stroke();
  context.restore();
}

function glyph(context: CanvasRenderingContext2D, path: string, size: number, fill: string, box = 24): void {
  context.save();
  context.translate(CENTRE - size / 2, CENTRE - size / 2);
  context.scale(size / box, size / box);
  context.fillStyle = fill;
  context.fill(new Path2D(path));
  context.restore();
}

/** A container: an arc that closes as it fills. @param level 0–1 */
export const wasteSprite =
  (level: number, freshness: Freshness): Draw =>
  (context, palette) => {
    const hue = hueOf(palette, 'waste', freshness);
    disc(context, 14, palette.card);
    if (freshness === 'unknown') context.setLineDash([3, 3]);
    ring(context, 11, 4, palette.line);
    context.setLineDash([]);
    if (freshness !== 'unknown' && level > 0) ring(context, 11, 4, hue, 0, level);
    if (freshness === 'stale') {
      context.beginPath();
      context.arc(CENTRE, CENTRE, 13, 0, TURN);
      hatch(context, palette.card);
    }
    glyph(context, styleOf('waste').glyph, 11.5, hue);
  };

/** A street light: hollow when off, full when lit. @param level 0–1 */
export const lightSprite =
  (level: number, freshness: Freshness): Draw =>
  (context, palette) => {
    const hue = hueOf(palette, 'lighting', freshness);
    disc(context, 6.5, palette.card);
    if (freshness === 'unknown') context.setLineDash([2.2, 2]);
    ring(context, 4.6, 1.8, hue);
    context.setLineDash([]);
    if (freshness === 'fresh' && level > 0) {
      disc(context, 4.6, hue);
      context.globalAlpha = level * 0.85;
      disc(context, 2.4, '#fffbe6');
      context.globalAlpha = 1;
    }
    if (freshness === 'stale') {
      context.beginPath();
      context.arc(CENTRE, CENTRE, 4.6, 0, TURN);
      hatch(context, hue);
    }
  };

/** What a light throws around it: white, tinted and faded by the layer. */
export const glowSprite: Draw = (context) => {
  const gradient = context.createRadialGradient(CENTRE, CENTRE, 1, CENTRE, CENTRE, CENTRE);
  gradient.addColorStop(0, 'rgba(255,255,255,0.9)');
  gradient.addColorStop(0.25, 'rgba(255,255,255,0.38)');
  gradient.addColorStop(0.6, 'rgba(255,255,255,0.09)');
  gradient.addColorStop(1, 'rgba(255,255,255,0)');
  context.fillStyle = gradient;
  context.fillRect(0, 0, CELL, CELL);
};

/** A turbine seen from above: the point shows where the nacelle faces (up, before the layer turns it). */
export const windSprite =
  (isTurning: boolean, freshness: Freshness): Draw =>
  (context, palette) => {
    const hue = hueOf(palette, 'wind', freshness);
    context.beginPath();
    context.moveTo(CENTRE, 1.5);
    context.lineTo(CENTRE + 7.5, 13);
    context.lineTo(CENTRE - 7.5, 13);
    context.closePath();
    context.fillStyle = hue;
    if (freshness !== 'unknown') context.fill();
    disc(context, 15.5, palette.card);
    if (freshness === 'unknown') context.setLineDash([4, 3]);
    ring(context, 14.5, 2, hue);
    context.setLineDash([]);
    for (let blade = 0; blade < 3; blade += 1) {
      context.save();
      context.translate(CENTRE, CENTRE);
      context.rotate((blade * TURN) / 3);
      context.beginPath();
      context.moveTo(-1.7, -1);
      context.quadraticCurveTo(-2.4, -7, 0, -12);
      context.quadraticCurveTo(2.2, -6, 1.7, -1);
      context.closePath();
      context.fillStyle = hue;
      context.strokeStyle = hue;
      context.lineWidth = 1.2;
      if (isTurning && freshness === 'fresh') context.fill();
      else context.stroke();
      context.restore();
    }
    disc(context, 2.2, hue);
    if (freshness === 'stale') {
      context.beginPath();
      context.arc(CENTRE, CENTRE, 14.5, 0, TURN);
      hatch(context, palette.line);
    }
  };

/** A building that measures its energy. */
export const energySprite =
  (freshness: Freshness): Draw =>
  (context, palette) => {
    const hue = hueOf(palette, 'energy', freshness);
    context.beginPath();
    context.roundRect(CENTRE - 14, CENTRE - 14, 28, 28, 6);
    context.fillStyle = palette.card;
    context.fill();
    context.beginPath();
    context.roundRect(CENTRE - 12.5, CENTRE - 12.5, 25, 25, 5);
    if (freshness === 'unknown') context.setLineDash([4, 3]);
    context.lineWidth = 2.4;
    context.strokeStyle = hue;
    context.stroke();
    context.setLineDash([]);
    if (freshness === 'stale') hatch(context, palette.line);
    glyph(context, styleOf('energy').glyph, 16, hue);
  };

/** Shape and colour of a severity, edged so that it stands off what it lies on. */
export const badgeSprite =
  (severity: Severity): Draw =>
  (context, palette) => {
    const scale = 1.9;
    context.save();
    context.translate(CENTRE - 8 * scale, CENTRE - 8 * scale);
    context.scale(scale, scale);
    const shape = new Path2D(severityShapes[severity]);
    context.lineJoin = 'round';
    context.lineWidth = 4;
    context.strokeStyle = palette.card;
    context.stroke(shape);
    context.fillStyle = palette.condition[severity];
    context.fill(shape);
    context.restore();
  };

/** Shares of the themes in a group, in twelfths, clockwise from the top in the order of the rail. */
export type Shares = readonly (readonly [theme: Theme, twelfths: number])[];

/** A group of things: its ring says which themes are in it. The number is written over it. */
export const clusterSprite =
  (shares: Shares): Draw =>
  (context, palette) => {
    disc(context, 21, palette.card);
    const only = shares.length === 1;
    let from = 0;
    for (const [theme, twelfths] of shares) {
      const to = from + twelfths / 12;
      const gap = only ? 0 : 0.012;
      ring(context, 18.5, 3.4, palette.theme[theme], from + gap, to - gap);
      from = to;
    }
  };

/** Mark of what the panel shows. */
export const selectionSprite: Draw = (context, palette) => {
  ring(context, 18, 3.2, palette.river);
};

/** Mark of an open alert around a thing. */
export const alertRingSprite =
  (severity: Severity): Draw =>
  (context, palette) => {
    ring(context, 17, 2.6, palette.condition[severity]);
  };

/** Draws one sprite alone, at the density of the screen. */
export function drawOn(canvas: HTMLCanvasElement, draws: readonly Draw[], palette: Palette, size: number): void {
  const density = Math.max(1, devicePixelRatio);
  canvas.width = Math.round(size * density);
  canvas.height = canvas.width;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(canvas.width / CELL, canvas.height / CELL);
  for (const draw of draws) draw(context, palette);
}
