export { default } from '../behaviours/map-to-ontology.ts';
