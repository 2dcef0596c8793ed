import { effect, signal } from '@preact/signals';

/** Entity whose panel is open. Kept in the address, so that a link shows somebody else the same. */
export const selectedId = signal<string | undefined>(fromAddress());
/** Entity under the pointer, on the map or in a list. */
export const hoveredId = signal<string | undefined>(undefined);

/** What fills the middle: the map or its twin. */
export type MainView = 'map' | 'list';
export const mainView = signal<MainView>('map');

/** On a phone one thing is shown at a time; these come over the main view. */
export type Sheet = 'alerts' | 'layers';
export const sheet = signal<Sheet | undefined>(undefined);

/** Places the map is asked to show by an explicit action of a person; the map never moves otherwise. */
export const flyTo = signal<{ readonly position: readonly [number, number]; readonly zoom?: number } | undefined>(
  undefined,
);

/** Opens the panel; `moving` also brings the place into view, for somebody who is not looking at the map. */
export function select(id: string | undefined, moving?: readonly [number, number]): void {
  selectedId.value = id;
  if (id !== undefined) sheet.value = undefined;
  if (moving !== undefined) flyTo.value = { position: moving };
}

function fromAddress(): string | undefined {
  const id = new URLSearchParams(location.search).get('entity');
  return id === null || !/^urn:[\w:.%-]{1,300}$/.test(id) ? undefined : id;
}

effect(() => {
  const address = new URL(location.href);
  if (selectedId.value === undefined) address.searchParams.delete('entity');
  else address.searchParams.set('entity', selectedId.value);
  if (address.href !== location.href) history.replaceState(history.state, '', address);
});
