import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Page } from './gateway.ts';

const require = createRequire(import.meta.url);
const SWAGGER_UI = dirname(require.resolve('swagger-ui-dist/package.json'));

const HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Task Center API</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** No validator badge: it would send the document to a stranger. */
const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  validatorUrl: null,
});
`;

interface Asset {
  readonly type: string;
  readonly content: () => Promise<string | Buffer>;
}

const ofPackage = (file: string, type: string): Asset => ({ type, content: () => readFile(join(SWAGGER_UI, file)) });

const ASSETS: Readonly<Record<string, Asset>> = {
  '/docs': { type: 'text/html; charset=utf-8', content: () => Promise.resolve(HTML) },
  '/docs/start.js': { type: 'text/javascript; charset=utf-8', content: () => Promise.resolve(START) },
  '/docs/swagger-ui.css': ofPackage('swagger-ui.css', 'text/css; charset=utf-8'),
  '/docs/swagger-ui-bundle.js': ofPackage('swagger-ui-bundle.js', 'text/javascript; charset=utf-8'),
  '/docs/favicon-32x32.png': ofPackage('favicon-32x32.png', 'image/png'),
};

/** Everything comes from this machine, and the browser holds the page to that. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

const answer = async (response: ServerResponse, asset: Asset | undefined): Promise<void> => {
  if (asset === undefined) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('There is no such page.\n');
    return;
  }
  const content = await asset.content();
  response
    .writeHead(200, { 'Content-Type': asset.type, 'Content-Security-Policy': CONTENT_SECURITY_POLICY })
    .end(content);
};

/** `/docs` and what it loads: Swagger UI from the installed package, on the document that the service itself serves. */
export const docsPage: Page = (request, response) => {
  const [path = ''] = (request.url ?? '').split('?');
  const asset = path === '/docs/' ? ASSETS['/docs'] : Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined;
  answer(response, asset).catch(() => {
    response.destroy();
  });
};
