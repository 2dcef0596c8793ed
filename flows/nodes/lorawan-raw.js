export { default } from '../behaviours/lorawan-raw.ts';
