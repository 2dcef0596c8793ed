export { default } from '../behaviours/command.ts';
