/** Signs of the controls, drawn in a box of 24 by 24 with strokes of the text's colour. */
const strokes = {
  right: 'M9 6l6 6-6 6',
  down: 'M6 9l6 6 6-6',
  back: 'M14.500 5l-7 7 7 7',
  close: 'M5 5l14 14M19 5 5 19',
  sun: 'M12 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM12 1.500v3M12 19.500v3M1.500 12h3M19.500 12h3M4.600 4.600l2.100 2.100M17.300 17.300l2.100 2.100M19.400 4.600l-2.100 2.100M6.700 17.300l-2.100 2.100',
  moon: 'M20 14.200A8.500 8.500 0 0 1 9.800 4a8.500 8.500 0 1 0 10.200 10.200z',
  leave: 'M14 4h5v16h-5M3.500 12H14M10.500 8.500 14 12l-3.500 3.500',
  plus: 'M12 5v14M5 12h14',
  pencil: 'M4 20l1-4.500L16.500 4 20 7.500 8.500 19z',
  bin: 'M4 7h16M9.500 7V4h5v3M6.500 7l1 13h9l1-13',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  refresh: 'M20 6v5h-5M4 18v-5h5M18.500 11A7 7 0 0 0 6 7.500L4.500 9M5.500 13A7 7 0 0 0 18 16.500l1.500-1.500',
} as const;

/** Decoration: the control it stands in carries the words. */
export function Icon({ name, size = 18 }: { name: keyof typeof strokes; size?: number }) {
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
