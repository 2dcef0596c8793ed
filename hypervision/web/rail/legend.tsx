import { useLayoutEffect, useRef } from 'preact/hooks';
import { palette, rgb } from '../map/palette.ts';
import {
  alertRingSprite,
  badgeSprite,
  clusterSprite,
  type Draw,
  drawOn,
  energySprite,
  glowSprite,
  lightSprite,
  selectionSprite,
  wasteSprite,
  windSprite,
} from '../map/sprites.ts';
import { type Severity, severities } from '../state/condition.ts';
import { type MessageKey, t } from '../text/messages.ts';
import type { Theme } from '../themes.ts';

interface LegendItem {
  readonly draws: readonly Draw[];
  readonly label: MessageKey;
  /** Size relative to the map's. */
  readonly scale?: number;
}

/** The map's glow is tinted by the graphics card; the legend tints it here. */
const tintedGlow =
  (level: number): Draw =>
  (context, colours) => {
    const canvas = document.createElement('canvas');
    canvas.width = 48;
    canvas.height = 48;
    const own = canvas.getContext('2d');
    if (own === null) return;
    glowSprite(own, colours);
    own.globalCompositeOperation = 'source-in';
    own.fillStyle = `rgb(${rgb(colours.theme.lighting).join(' ')} / ${level})`;
    own.fillRect(0, 0, 48, 48);
    context.drawImage(canvas, 0, 0);
  };

const items: Readonly<Record<Theme, readonly LegendItem[]>> = {
  waste: [
    { draws: [wasteSprite(0.1, 'fresh')], label: 'legend.waste.low' },
    { draws: [wasteSprite(0.5, 'fresh')], label: 'legend.waste.half' },
    { draws: [wasteSprite(0.95, 'fresh')], label: 'legend.waste.full' },
  ],
  lighting: [
    { draws: [lightSprite(0, 'fresh')], label: 'legend.lighting.off' },
    { draws: [tintedGlow(0.4), lightSprite(0.4, 'fresh')], label: 'legend.lighting.dimmed' },
    { draws: [tintedGlow(0.95), lightSprite(1, 'fresh')], label: 'legend.lighting.full' },
  ],
  wind: [
    { draws: [windSprite(false, 'fresh')], label: 'legend.wind.stopped', scale: 0.75 },
    { draws: [windSprite(true, 'fresh')], label: 'legend.wind.turning', scale: 1 },
  ],
  energy: [
    { draws: [energySprite('fresh')], label: 'legend.energy.low', scale: 0.65 },
    { draws: [energySprite('fresh')], label: 'legend.energy.high', scale: 1 },
  ],
};

const notes: Partial<Record<Theme, MessageKey>> = { wind: 'legend.wind.note' };

export function ThemeLegend({ theme }: { theme: Theme }) {
  const note = notes[theme];
  return (
    <div class="legend">
      <ul>
        {items[theme].map(({ draws, label, scale }) => (
          <li key={label}>
            <Sprite draws={draws} size={36 * (scale ?? 1)} />
            {t(label)}
          </li>
        ))}
      </ul>
      {note !== undefined && <p>{t(note)}</p>}
    </div>
  );
}

/** The badge where the map puts it, at the upper right of the ring. */
const cornerBadge =
  (severity: Severity): Draw =>
  (context, colours) => {
    context.save();
    context.translate(24, -2);
    context.scale(0.52, 0.52);
    badgeSprite(severity)(context, colours);
    context.restore();
  };

const clusterNumber: Draw = (context, colours) => {
  context.font = '600 17px "Atkinson Hyperlegible Next Variable", sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = colours.ink1;
  context.fillText('12', 24, 25);
};

const exampleCluster = clusterSprite([
  ['waste', 4],
  ['lighting', 8],
]);

const alertMarks = severities.map((severity) => ({
  severity,
  draws: [alertRingSprite(severity), cornerBadge(severity)],
}));

const otherMarks: readonly LegendItem[] = [
  { draws: [wasteSprite(0.6, 'stale')], label: 'legend.stale' },
  { draws: [wasteSprite(0, 'unknown')], label: 'legend.unknown' },
  { draws: [exampleCluster, clusterNumber], label: 'legend.cluster' },
  { draws: [selectionSprite], label: 'legend.selection' },
];

/** What means the same for every theme. */
export function MarksLegend() {
  return (
    <section class="rail-section" aria-labelledby="rail-legend">
      <h2 id="rail-legend">{t('legend.title')}</h2>
      <ul class="marks">
        {alertMarks.map(({ severity, draws }) => (
          <li key={severity}>
            <Sprite draws={draws} size={34} />
            {t(`condition.${severity}`)}
          </li>
        ))}
        {otherMarks.map(({ draws, label }) => (
          <li key={label}>
            <Sprite draws={draws} size={34} />
            {t(label)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sprite({ draws, size }: { draws: readonly Draw[]; size: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = palette.value;
  useLayoutEffect(() => {
    if (canvas.current !== null) drawOn(canvas.current, draws, colours, size);
  }, [colours, size, draws]);
  return <canvas ref={canvas} class="sprite" style={{ width: `${size}px`, height: `${size}px` }} />;
}
