/** The sign-in page: server-rendered, works without JavaScript. */

const texts = {
  fr: {
    title: 'Connexion – Alzette',
    heading: 'Connexion',
    lead: 'Accédez à l’hypervision du territoire.',
    name: 'Identifiant',
    password: 'Mot de passe',
    submit: 'Se connecter',
    otherLanguage: 'English',
    refused: 'L’identifiant ou le mot de passe ne convient pas. Vérifiez les deux, puis recommencez.',
    throttled: 'Trop d’essais en peu de temps. Attendez une minute, puis recommencez.',
  },
  en: {
    title: 'Sign in – Alzette',
    heading: 'Sign in',
    lead: 'Open the hypervision of the territory.',
    name: 'User name',
    password: 'Password',
    submit: 'Sign in',
    otherLanguage: 'Français',
    refused: 'The user name or the password does not fit. Check both, then try again.',
    throttled: 'Too many attempts in a short time. Wait a minute, then try again.',
  },
} as const;

export type PageLanguage = keyof typeof texts;

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? '');

/**
 * @param view.problem why the last attempt did not succeed
 * @param view.next local path to go to afterwards
 */
export function signInPage(view: {
  language: PageLanguage;
  territory: string;
  next: string;
  name: string;
  problem: 'refused' | 'throttled' | undefined;
}): string {
  const { language, next, problem } = view;
  const text = texts[language];
  const other = language === 'fr' ? 'en' : 'fr';
  const error = problem === undefined ? '' : `<p class="problem" id="problem" role="alert">${text[problem]}</p>`;
  const described = problem === undefined ? '' : ' aria-describedby="problem" aria-invalid="true"';
  return `<!doctype html>
<html lang="${language}" data-theme="system">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title}</title>
<link rel="icon" href="/hypervision/alzette.svg" type="image/svg+xml">
<link rel="stylesheet" href="/theme/font/wght.css">
<link rel="stylesheet" href="/theme/theme.css">
<link rel="stylesheet" href="/sign-in.css">
</head>
<body class="sign-in">
<main>
<p class="brand">Alzette</p>
<p class="territory">${escapeHtml(view.territory)}</p>
<h1>${text.heading}</h1>
<p class="lead">${text.lead}</p>
${error}
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="${escapeHtml(next)}">
<input type="hidden" name="language" value="${language}">
<label for="name">${text.name}</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" required value="${escapeHtml(view.name)}"${described}${view.name === '' ? ' autofocus' : ''}>
<label for="password">${text.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required${described}${view.name === '' ? '' : ' autofocus'}>
<button type="submit">${text.submit}</button>
</form>
<p class="language"><a href="/sign-in?lang=${other}&amp;next=${encodeURIComponent(next)}" lang="${other}" hreflang="${other}">${text.otherLanguage}</a></p>
</main>
</body>
</html>
`;
}
