import { Html, html } from './html.ts';
import { style } from './style.ts';

/** A page that loads nothing. */
export function htmlPage(title: string, body: Html, ownStyle = ''): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}${new Html(ownStyle)}</style>
</head>
<body>
${body}
</body>
</html>
`.toString();
}
