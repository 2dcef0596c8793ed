/** Text as it is compared in searches: without accents, in lower case. */
export const searchText = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
