/** What the pages of the platform share in the browser; the server's half of the room is `#platform`. */
export { Icon, type IconName } from './icon.tsx';
export { createTranslation } from './messages.ts';
export { PageTools } from './page-tools.tsx';
export { type ColourScheme, colourScheme, type Language, language, preference } from './preferences.ts';
export { ApiProblem, getJson, postJson, type SendOptions, send, signInAgain } from './requests.ts';
