/** Signs of the controls, drawn in a box of 24 by 24 with strokes of the text's colour. */
const strokes = {
  search: 'M10.500 17.500a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM15.600 15.600 21 21',
  close: 'M5 5l14 14M19 5 5 19',
  back: 'M14.500 5l-7 7 7 7',
  sun: 'M12 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM12 1.500v3M12 19.500v3M1.500 12h3M19.500 12h3M4.600 4.600l2.100 2.100M17.300 17.300l2.100 2.100M19.400 4.600l-2.100 2.100M6.700 17.300l-2.100 2.100',
  moon: 'M20 14.200A8.500 8.500 0 0 1 9.800 4a8.500 8.500 0 1 0 10.200 10.200z',
  list: 'M8.500 5.500H21M8.500 12H21M8.500 18.500H21M3.500 5.500h.1M3.500 12h.1M3.500 18.500h.1',
  map: 'M3 6l6-2.500 6 2.500 6-2.500v14.500L15 20.500 9 18l-6 2.500zM9 3.500V18M15 6v14.500',
  bell: 'M6 9.500a6 6 0 0 1 12 0c0 5.500 2.200 7 2.200 7H3.800s2.200-1.500 2.200-7M10 20a2.200 2.200 0 0 0 4 0',
  layers: 'M12 3l9 5-9 5-9-5zM3.500 12.500 12 17.200l8.500-4.700M3.500 16.800 12 21.500l8.500-4.700',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  whole: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  target: 'M12 18a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM12 2v4M12 18v4M2 12h4M18 12h4',
  fold: 'M4 4h16v16H4zM9.500 4v16M16 9.500 13.500 12l2.500 2.500',
  unfold: 'M4 4h16v16H4zM9.500 4v16M13.500 9.500 16 12l-2.500 2.500',
  person: 'M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500c.8-3.800 3.800-6 7.500-6s6.700 2.200 7.500 6',
  leave: 'M14 4h5v16h-5M3.500 12H14M10.500 8.500 14 12l-3.500 3.500',
  check: 'M4.500 12.500l5 5 10-11',
  refresh: 'M20 6v5h-5M4 18v-5h5M18.500 11A7 7 0 0 0 6 7.500L4.500 9M5.500 13A7 7 0 0 0 18 16.500l1.500-1.500',
  up: 'M6 14.500l6-6 6 6',
  down: 'M6 9.500l6 6 6-6',
  tree: 'M4 4h6v5H4zM14 9.500h6v5h-6zM14 17h6v4h-6zM7 9v10h7M7 12h7',
  flow: 'M3 5h6v5H3zM15 14h6v5h-6zM9 7.500h3a3 3 0 0 1 3 3v3a3 3 0 0 0 3 3',
  right: 'M9 6l6 6-6 6',
  pencil: 'M4 20l1-4.500L16.500 4 20 7.500 8.500 19z',
  bin: 'M4 7h16M9.500 7V4h5v3M6.500 7l1 13h9l1-13',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
} as const;

export type IconName = keyof typeof strokes;

/** Decoration: the control it stands in carries the words. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      <path
        d={strokes[name]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
