import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type Router } from 'express';

const fontDir = dirname(
  createRequire(import.meta.url).resolve('@fontsource-variable/atkinson-hyperlegible-next/package.json'),
);

/**
 * The theme for pages without a build, to be mounted at `/theme`:
 * `theme.css` (colours, type, space) and `font/wght.css` (the typeface, with its files beside it).
 */
export function themeRouter(): Router {
  const router = express.Router();
  router.get('/theme.css', (_request, response) => {
    response.set('Cache-Control', 'no-cache').sendFile(join(import.meta.dirname, 'theme.css'));
  });
  router.use('/font', express.static(fontDir, { index: false, maxAge: '30d', extensions: false }));
  return router;
}
