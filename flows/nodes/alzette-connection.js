export { default } from '../behaviours/alzette-connection.ts';
